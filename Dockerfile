# Debian, because the SDK's native part does not run on Alpine. `deploy/pin-images.sh` adds the digest.
ARG NODE_IMAGE=node:22.21.1-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.js && npm prune --omit=dev

FROM ${NODE_IMAGE}
# The slim image trusts nobody: both vendors, and Temporal Cloud, are reached through TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node /var/lib/billing \
  && ln --symbolic /app/client/bin.js /usr/local/bin/billing
WORKDIR /app
ENV NODE_ENV=production TZ=UTC
COPY --from=build /app/package.json ./
COPY --from=build --chmod=755 /app/client/bin.js ./client/
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
VOLUME /var/lib/billing
ENTRYPOINT ["node", "--enable-source-maps", "client/bin.js"]
CMD ["--help"]
