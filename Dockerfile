# Debian, because the SDK's native part does not run on Alpine. By digest, as docker-compose.yml says of its images.
ARG NODE_IMAGE=node:22.21.1-bookworm-slim@sha256:25b3eb23a00590b7499f2a2ce939322727fcce1b15fdd69754fcd09536a3ae2c

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/image.js /images/production /images/rehearsal

FROM ${NODE_IMAGE} AS base
# The slim image trusts nobody: both vendors, and Temporal Cloud, are reached through TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node /var/lib/billing \
  && ln --symbolic /app/client/bin.js /usr/local/bin/billing
WORKDIR /app
ENV NODE_ENV=production TZ=UTC
USER node
VOLUME /var/lib/billing
ENTRYPOINT ["node", "--enable-source-maps", "client/bin.js"]
CMD ["--help"]

# With the sandbox of both vendors and the demo: `docker build --target rehearsal`. The image that runs in production has neither.
FROM base AS rehearsal
COPY --from=build /images/rehearsal ./

FROM base AS production
COPY --from=build /images/production ./
