# Sourced by every script, with its arguments: --help prints the comment at the head of the script, and nothing is
# installed or started for it. What follows -- is for another command.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for argument in "$@"; do
  case "$argument" in
    --) break ;;
    -h | --help) sed -nE '2,/^($|[^#])/s/^# ?//p' "$0"; exit ;;
  esac
done

# run_python ENVIRONMENT SETUP_OPTION ARGUMENT...: the Python file of the script's name, once its environment is made.
run_python() {
  local environment=$1 option=$2
  shift 2
  "$root/scripts/setup" ${option:+"$option"}
  PYTHONPATH=$root exec "$root/$environment/bin/python" "$root/scripts/${0##*/}.py" "$@"
}
