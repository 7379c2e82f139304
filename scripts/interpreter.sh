# Sourced by scripts/setup: finds or fetches a Python that Home Assistant accepts, and leaves its path in $python.
# shellcheck shell=bash disable=SC2154,SC2034

# Headers too, since some of Home Assistant's requirements have no wheel.
fits='import os, sys, sysconfig
ok = (3, 14, 2) <= sys.version_info < (3, 15) and os.path.exists(sysconfig.get_path("include") + "/Python.h")
print(os.path.realpath(sys.executable)) if ok else sys.exit(1)'

find_python() {
  [ -z "${python:-}" ] || return 0
  python_on_path || python_of_uv || python_of_debian ||
    die "no Python >= 3.14.2 here, and neither uv nor Debian's packages could bring one"
}

python_on_path() {
  local name
  for name in python3.14 python3; do
    python=$("$name" -c "$fits" 2>/dev/null) && return
  done
  return 1
}

python_of_uv() {
  export UV_PYTHON_INSTALL_DIR=$cache/python
  uv_finds_python || { UV_HTTP_RETRIES=1 "$uv" python install -q --no-bin 3.14 2>/dev/null && uv_finds_python; }
}

uv_finds_python() {
  python=$("$uv" python find -q --managed-python '>=3.14.2,<3.15' 2>/dev/null) && python=$("$python" -c "$fits")
}

# Where uv's interpreters cannot be reached: Debian's packages of a newer suite, in a folder of their own.
python_of_debian() {
  local prefix=$cache/prefix
  command -v dpkg >/dev/null && command -v apt-get >/dev/null || return 1
  python=$("$prefix/usr/bin/python3.14" -c "$fits" 2>/dev/null) && return
  private_tools
  say "uv cannot fetch Python 3.14: unpacking Debian's"
  rm -rf "$prefix" "$cache/apt"
  mkdir -p "$prefix" "$cache/apt/lists/partial" "$cache/apt/archives/partial"
  fetch_debian_packages || return 1
  local package
  for package in "$cache"/apt/*.deb; do dpkg -x "$package" "$prefix"; done
  rm -rf "$cache/apt"
  use_own_libraries "$prefix"
  python=$("$prefix/usr/bin/python3.14" -c "$fits")
}

debian_packages='python3.14 python3.14-minimal libpython3.14-minimal libpython3.14-stdlib python3.14-dev libpython3.14-dev
  libpython3.14 python3.14-venv libc6 libexpat1 zlib1g libbz2-1.0 libdb5.3t64 libffi8 liblzma5 libncursesw6 libtinfo6
  libreadline8t64 libsqlite3-0 libssl3t64 libuuid1 libzstd1 libgcc-s1 libstdc++6'

# Its own lists and archives: the machine's stay as they were, and no right to write them is needed.
# A mirror frozen at some day serves lists past their date; signed they are all the same.
private_apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$cache/apt/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::Lists="$cache/apt/lists" -o Dir::Cache="$cache/apt" \
    -o Acquire::Check-Valid-Until=false -o Debug::NoLocking=1 -o APT::Sandbox::User= "$@" >&2
}

fetch_debian_packages() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed='' mirror
  [ ! -e "$keyring" ] || signed="[signed-by=$keyring]"
  for mirror in $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/*$' | sort -u); do
    echo "deb $signed $mirror forky main" >"$cache/apt/sources.list"
    # shellcheck disable=SC2086
    private_apt update && (cd "$cache/apt" && private_apt -t forky download $debian_packages) && return
  done
  return 1
}

# The interpreter was linked against a newer libc than this system may have: it is told to use the one beside it.
use_own_libraries() {
  local libraries
  case $(dpkg --print-architecture) in
    amd64) libraries=$1/usr/lib/x86_64-linux-gnu ;;
    arm64) libraries=$1/usr/lib/aarch64-linux-gnu ;;
    *) die "no Python 3.14 for $(dpkg --print-architecture)" ;;
  esac
  "$cache/tools/bin/patchelf" --set-interpreter "$(echo "$libraries"/ld-linux-*.so.*)" \
    --force-rpath --set-rpath "$libraries" "$1/usr/bin/python3.14"
}
