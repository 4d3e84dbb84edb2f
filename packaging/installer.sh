#!/bin/sh
# Installs rc @VERSION@, the command line for Recharge.
#
#   sh recharge-cli-installer.sh [--dir DIR] [--name NAME] [--target TARGET] [--force]
#
# Everything is downloaded and checked before anything is changed, and the
# program is replaced last, by one rename. Nothing needs root.
set -eu

version='@VERSION@'
url=${RECHARGE_CLI_DOWNLOAD_URL:-'@URL@'}
# The SHA-256 of each archive.
checksums='@CHECKSUMS@'

fail() {
  echo "error: $1" >&2
  shift
  for hint in "$@"; do echo "  → $hint" >&2; done
  exit 1
}

usage() {
  cat <<EOF
Install rc $version, the command line for Recharge.

Usage: sh recharge-cli-installer.sh [options]

Options:
  --dir DIR        folder for the programs [default: \$RECHARGE_CLI_INSTALL_DIR or ~/.local/bin]
  --name NAME      install under this name only, where rc is another program
  --target TARGET  platform to install for [default: detected]
  --force          replace a newer version
  --help           show this help

Environment:
  RECHARGE_CLI_DOWNLOAD_URL  folder to download from, such as a mirror
EOF
}

dir=${RECHARGE_CLI_INSTALL_DIR:-}
name=rc
target=
force=
while [ $# -gt 0 ]; do
  case $1 in
    --dir | --name | --target)
      if [ $# -lt 2 ] || [ -z "$2" ]; then fail "$1 needs a value"; fi
      case $1 in
        --dir) dir=$2 ;;
        --name) name=$2 ;;
        --target) target=$2 ;;
      esac
      shift
      ;;
    --force) force=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail "unknown option $1" "--help lists the options" ;;
  esac
  shift
done
case $name in
  */* | -* | .*) fail "--name $name: expected the name of a program" ;;
esac

# The target of this machine.
detected() {
  system=$(uname -s) machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
  esac
  case $system in
    Linux) echo "$machine-unknown-linux-musl" ;;
    Darwin) echo "$machine-apple-darwin" ;;
    *) echo "$machine-$system" ;;
  esac
}
if [ -z "$target" ]; then target=$(detected); fi
expected=$(printf '%s\n' "$checksums" | awk -v target="$target" '$2 == target { print $1 }')
if [ -z "$expected" ]; then
  available=$(printf '%s\n' "$checksums" | awk '{ printf "%s%s", separator, $2; separator = ", " }')
  fail "there is no build for $target" "builds: $available" \
    "with Rust, \`cargo install recharge-cli\` builds one"
fi

if [ -z "$dir" ]; then
  if [ -z "${HOME:-}" ]; then fail "HOME is not set" "--dir DIR says where to install"; fi
  dir=$HOME/.local/bin
fi
case $dir in
  /*) ;;
  *) dir=$(pwd)/$dir ;;
esac
# It is made once all is checked; until then the folder that it will be in counts.
nearest=$dir
while [ ! -e "$nearest" ]; do nearest=$(dirname "$nearest"); done
if [ ! -d "$nearest" ] || [ ! -w "$nearest" ] || [ ! -x "$nearest" ]; then
  fail "no permission to write to $dir" "--dir DIR installs elsewhere, such as --dir ~/bin"
fi

# Prints -1, 0 or 1 as the first version is older than, the same as or newer than
# the second. A version with a suffix is older than the one without.
compared() {
  awk -v a="$1" -v b="$2" 'BEGIN {
    split(a, left, "-"); split(b, right, "-")
    split(left[1], x, "."); split(right[1], y, ".")
    for (i = 1; i <= 3; i++) {
      if (x[i] + 0 < y[i] + 0) { print -1; exit }
      if (x[i] + 0 > y[i] + 0) { print 1; exit }
    }
    if (left[2] == right[2]) print 0
    else if (left[2] == "") print 1
    else if (right[2] == "") print -1
    else if (left[2] "" < right[2] "") print -1
    else print 1
  }'
}

# What is there under the name: the version of this program, "other", or nothing.
present() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return; fi
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    echo other
    return
  fi
  # Another program may wait for input, or take the word for a script.
  found=$(cd "$scratch" && "$1" --version </dev/null 2>/dev/null | head -n 1) || found=
  case $found in
    "rc "[0-9]*.[0-9]*.[0-9]*) echo "${found#rc }" | awk '{ print $1 }' ;;
    *) echo other ;;
  esac
}

scratch=
staged=
cleanup() {
  if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
  if [ -n "$staged" ]; then rm -rf "$staged"; fi
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
scratch=$(mktemp -d) || fail "no temporary folder can be made" "TMPDIR names one that can be written"

old=$(present "$dir/$name")
if [ "$old" = other ]; then
  fail "$dir/$name is another program, or one that does not start" \
    "--name recharge installs under that name only" "--dir DIR installs elsewhere"
fi
if [ -n "$old" ] && [ "$(compared "$old" "$version")" = 1 ] && [ -z "$force" ]; then
  fail "$dir/$name is version $old, which is newer than $version" "--force replaces it"
fi

archive=recharge-cli-$target.tar.xz
download() {
  if command -v curl >/dev/null 2>&1; then
    curl --proto '=https,http' --fail --silent --show-error --location --retry 3 --output "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" "$1"
  else
    fail "neither curl nor wget is installed" "install one of them"
  fi
}
echo "downloading $archive of version $version" >&2
download "$url/$archive" "$scratch/$archive" || fail "$url/$archive cannot be downloaded"

if command -v sha256sum >/dev/null 2>&1; then
  actual=$(sha256sum "$scratch/$archive")
elif command -v shasum >/dev/null 2>&1; then
  actual=$(shasum -a 256 "$scratch/$archive")
else
  fail "neither sha256sum nor shasum is installed, so the download cannot be checked"
fi
actual=${actual%% *}
if [ "$actual" != "$expected" ]; then
  fail "$archive is not the file that was released: its SHA-256 is $actual, not $expected" \
    "nothing was installed; try again, and report it if it stays so"
fi

(cd "$scratch" && tar -xf "$archive") ||
  fail "$archive cannot be unpacked" "tar needs xz: install xz or xz-utils"
unpacked=$scratch/recharge-cli-$target
if [ ! -f "$unpacked/rc" ]; then fail "$archive holds no rc"; fi
new=$("$unpacked/rc" --version 2>/dev/null) || new=
if [ "$new" != "rc $version" ]; then
  fail "the program of $archive does not run on this machine" "--target TARGET takes another build"
fi

# Staged beside its place, so that a rename puts it there.
mkdir -p "$dir" || fail "$dir cannot be made"
staged=$(mktemp -d "$dir/.recharge-cli.XXXXXX") || fail "no permission to write to $dir"
if ! cp "$unpacked/rc" "$staged/rc" || ! chmod 755 "$staged/rc" || ! ln -s rc "$staged/recharge"; then
  fail "rc cannot be written to $dir" "nothing was changed"
fi

# Manual pages and completions are an extra: what cannot be written is said.
share=$(dirname "$dir")/share
put() {
  mkdir -p "$2" 2>/dev/null && cp "$1" "$2/$3" 2>/dev/null
}
extras() {
  for page in "$unpacked"/man/man1/*.1; do
    put "$page" "$share/man/man1" "$(basename "$page")" || return
  done
  put "$unpacked/completions/rc.bash" "$share/bash-completion/completions" "$name" || return
  put "$unpacked/completions/_rc" "$share/zsh/site-functions" _rc || return
  put "$unpacked/completions/rc.fish" "$share/fish/vendor_completions.d" "$name.fish"
}
if [ "$(basename "$dir")" = bin ]; then
  extras || echo "warning: manual pages and completions could not be written below $share" >&2
fi

mv -f "$staged/rc" "$dir/$name" || fail "$dir/$name cannot be replaced" "the old one is unchanged"
# The second name, where nothing else has it.
if [ "$name" = rc ] && [ ! -e "$dir/recharge" ] && [ ! -L "$dir/recharge" ]; then
  mv "$staged/recharge" "$dir/recharge" || echo "warning: $dir/recharge could not be written" >&2
fi

case $old in
  '') echo "installed rc $version as $dir/$name" ;;
  "$version") echo "installed rc $version again as $dir/$name" ;;
  *) echo "replaced rc $old with $version in $dir/$name" ;;
esac
case :${PATH:-}: in
  *":$dir:"*) ;;
  *)
    echo "$dir is not in PATH; this adds it to the current shell:" >&2
    echo "  export PATH=\"$dir:\$PATH\"" >&2
    ;;
esac
