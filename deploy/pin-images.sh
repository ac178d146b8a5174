#!/bin/sh
# Writes the digest of every image of others behind its tag, in docker-compose.yml (x-images) and in the Dockerfile (NODE_IMAGE): what starts is what was
# looked at, also where somebody moves the tag. With --check nothing is written: it names the images without a digest, and ends with 1 where there are any.
# A digest that is there stays: take it away with the old tag when you move one.
set -eu
cd "$(dirname "$0")/.."

unpinned() {
  sed -n -e 's/^  - &[a-z-]*-image \([^@ ]*\)$/\1/p' docker-compose.yml
  sed -n -e 's/^ARG NODE_IMAGE=\([^@ ]*\)$/\1/p' Dockerfile
}

if [ "${1:-}" = --check ]; then
  images=$(unpinned)
  [ -n "$images" ] || exit 0
  printf '%s: without a digest; run deploy/pin-images.sh\n' $images >&2
  exit 1
fi

for image in $(unpinned); do
  digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
  case $digest in
    sha256:????????????????????????????????????????????????????????????????) ;;
    *)
      echo "$image: the registry's answer is not a digest: $digest" >&2
      exit 1
      ;;
  esac
  for file in docker-compose.yml Dockerfile; do
    sed -e "s|\\([ =]\\)$image\$|\\1$image@$digest|" "$file" > "$file.pinned"
    cat "$file.pinned" > "$file"
    rm "$file.pinned"
  done
  echo "$image@$digest"
done
