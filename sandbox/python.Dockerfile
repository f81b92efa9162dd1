# Python with what scripts may import, fonts with Chinese glyphs among it. Built once per lists;
# where python:slim cannot be pulled, debootstrap makes the same from Debian's packages (src/sandbox/docker/image.ts).
FROM python:3.13-slim
# lightgbm asks the system for it.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/*
COPY *.lock.txt /tmp/lists/
ARG LISTS
RUN for list in $LISTS; do \
      pip install --no-cache-dir --no-deps --only-binary=:all: --require-hashes -r /tmp/lists/$list.lock.txt || exit 1; \
    done
