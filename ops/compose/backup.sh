#!/bin/sh
# Each day at BACKUP_AT_HOUR (UTC): one backup, verified; then those older than BACKUP_KEEP_DAYS go.
# `backup.sh once` makes one now and ends with its exit code.
set -eu
folder=${BACKUP_FOLDER:-/backups}

back_up() {
  file=$(plant-community backup create --to "$folder") || return 1
  plant-community backup verify "$file" || return 1
  # Only after a good one: a server that cannot make any keeps the last it has.
  find "$folder" -maxdepth 1 -name 'plant-community-*.zip' -mtime "+${BACKUP_KEEP_DAYS:-14}" -delete
}

seconds_until_hour() {
  now=$(date -u +%s)
  wait=$(( now / 86400 * 86400 + ${BACKUP_AT_HOUR:-2} * 3600 - now ))
  [ "$wait" -gt 0 ] || wait=$(( wait + 86400 ))
  echo "$wait"
}

if [ "${1:-}" = once ]; then
  back_up
  exit
fi
trap 'exit 0' TERM INT # in the background, a wait can be interrupted
while :; do
  sleep "$(seconds_until_hour)" &
  wait $!
  back_up || echo "The backup failed; the next try is tomorrow." >&2
done
