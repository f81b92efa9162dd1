#!/usr/bin/env bash
# Makes the folder $ROOT the machine of a plain user and runs the command there. Started by root in mount, process and
# (where NETWORK is not `open`) network namespaces of its own, with nothing but these variables:
# ROOT, NETWORK (open, cut, proxy), NAMESPACES (1 or 0), READ_ONLY_HOME (1 or 0), RELAY (how to start relay.mjs).
set -eu
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t sysfs -o ro sysfs "$ROOT/sys"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
if [ "$NETWORK" != open ]; then ip link set lo up; fi
if [ "$NETWORK" = proxy ]; then
  $RELAY &
  # Before the root changes it has to have read what it is made of.
  until (: </dev/tcp/127.0.0.1/3128) 2>/dev/null; do kill -0 $!; sleep 0.1; done
fi
if [ "$READ_ONLY_HOME" = 1 ]; then
  mount --bind "$ROOT/home/new" "$ROOT/home/new"
  mount -o remount,ro,bind "$ROOT/home/new"
fi
bare='setpriv --no-new-privs --inh-caps=-all'
cd "$ROOT"
# The kernel gives no user namespace to who is in a changed root, whatever its settings are.
if [ "$NAMESPACES" = 0 ]; then exec $bare chroot --userspec 1000:1000 --groups 1000 . "$@"; fi
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
exec $bare --reuid 1000 --regid 1000 --clear-groups "$@"
