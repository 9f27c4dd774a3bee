#!/bin/sh
# Installs what the tests use and PyPI or npm do not carry: Chromium, PostgreSQL's server programs, ffmpeg and
# mosquitto (peers to interoperate with). Does nothing where they are present; says what is missing where it may not install.
set -eu
missing="" browser=there
for name in chromium-headless-shell chromium chromium-browser google-chrome none; do
  command -v "$name" >/dev/null 2>&1 && break
  [ "$name" = none ] && browser=missing
done
command -v ffmpeg >/dev/null 2>&1 || missing="$missing ffmpeg"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ] || missing="$missing mosquitto"
[ -z "$missing" ] && [ "$browser" = there ] && exit 0
[ "$browser" = there ] || missing="$missing chromium"
if ! command -v apt-get >/dev/null 2>&1; then
  echo "The tests need these programs, please install them:$missing" >&2
  exit 1
fi
run=""
if [ "$(id -u)" != 0 ]; then
  run="sudo"
  command -v sudo >/dev/null 2>&1 || { echo "The tests need these packages, please install them:$missing" >&2; exit 1; }
fi
echo "Installing for the tests:$missing"
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -qq
# The same engine with no window of its own to draw, where it is packaged.
if [ "$browser" = missing ] && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
  missing="$missing-headless-shell"
fi
# shellcheck disable=SC2086
$run apt-get install -y -qq --no-install-recommends $missing >/dev/null
