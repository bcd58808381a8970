# The image that runs `tidemark controller`: Node, git with what it needs for HTTPS and SSH, certificates, and the compiled program.
# Base images are pinned by full version. Pin them by digest where you build, once your registry has told it:
#   docker build --build-arg NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim@sha256:... -t tidemark:v0.1.0 .
# `node scripts/prove-dockerfile.ts` does what the npm and COPY lines do in an empty folder, and starts the result as another user.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY tools/node/package.json tools/node/
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/copy-assets.ts scripts/
COPY examples examples
COPY deploy/install deploy/install
COPY test/fakes test/fakes
COPY src src
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /dependencies
COPY package.json package-lock.json ./
# Optional ones are for development: among them a Node, which the image has.
RUN npm ci --omit=dev --omit=optional --workspaces=false --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
# Without what only installs and builds: npm, yarn and corepack.
RUN apt-get update \
 && apt-get install -y --no-install-recommends git ca-certificates openssh-client \
 && echo 'tidemark:x:65532:65532::/tmp:/usr/sbin/nologin' >> /etc/passwd \
 && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*
WORKDIR /app
COPY --from=dependencies /dependencies/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json CHANGELOG.md ./
# Kubeconfigs and git's settings are looked for in a home, also by a user without an entry.
# What is freed goes back to the system, and not into holes between what stays.
ENV NODE_ENV=production HOME=/tmp MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=8192
# Nothing in the image belongs to it. Writable are only /data and /tmp, as mounted. Another user will do as well, but Git over SSH needs
# one with an entry in /etc/passwd.
USER 65532:65532
EXPOSE 8080 9440
# As in bin/tidemark: small, and on one core.
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=8", "--single-threaded-gc", "/app/dist/src/main.js"]
CMD ["controller"]
