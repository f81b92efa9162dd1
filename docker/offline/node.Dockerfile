# In place of the official Node image: Node and npm as npm has them. `stage` is made by scripts/compose-offline.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
# Certificates of the machine that builds: where it has a registry of its own, it has its own authority too.
COPY certificates.crt /etc/ssl/certs/machine.crt
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/machine.crt
