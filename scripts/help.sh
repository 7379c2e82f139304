# Sourced by every script, with its arguments: --help prints the comment at the head of the script, and nothing is
# installed or started for it. What follows -- is for another command.
# shellcheck shell=bash
for argument in "$@"; do
  case "$argument" in
    --) break ;;
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit ;;
  esac
done
