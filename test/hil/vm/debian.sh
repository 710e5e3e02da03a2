#!/bin/bash
# debian.sh CACHE: fetches what the guest is made of, once: CACHE/kernel (an unpacked Debian kernel) and CACHE/root (Node and its
# libraries), both for arm64. It asks Debian's mirror through an apt of its own; the machine's packages stay as they are.
set -euo pipefail
cache=$1
suite=trixie
kernel=linux-image-6.12.107+deb13-arm64
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
source="deb [signed-by=$keys] ${mirror:-http://deb.debian.org/debian} $suite main"

if [ ! -d "$cache/kernel" ]; then
  apt=$cache/apt
  mkdir -p "$apt"/{etc/apt.conf.d,etc/preferences.d,state/lists/partial,cache/archives/partial}
  : > "$apt/state/status"
  echo "$source" > "$apt/etc/sources.list"
  cat > "$apt/apt.conf" <<CONF
Dir::Etc "$apt/etc"; Dir::State "$apt/state"; Dir::State::status "$apt/state/status"; Dir::Cache "$apt/cache";
APT::Architecture "arm64"; APT::Architectures { "arm64"; }; APT::Sandbox::User "root"; Acquire::Languages "none";
CONF
  export APT_CONFIG=$apt/apt.conf
  apt-get update -qq
  # A security update takes the place of the pinned one on the mirror; name it here then.
  if ! apt-cache show "$kernel" > /dev/null 2>&1; then
    echo "Debian no longer has $kernel; it has: $(apt-cache depends linux-image-arm64 | sed -n 's/.*Depends: //p')" >&2
    exit 1
  fi
  (cd "$cache" && apt-get download -qq "$kernel")
  unset APT_CONFIG
  dpkg-deb -x "$cache"/linux-image-*.deb "$cache/kernel.part"
  rm -rf "$cache"/linux-image-*.deb "$apt"
  mv "$cache/kernel.part" "$cache/kernel"
fi

if [ ! -d "$cache/root" ]; then
  mmdebstrap --quiet --variant=extract --architectures=arm64 --include=nodejs,busybox-static "$suite" "$cache/root.part" "$source"
  mv "$cache/root.part" "$cache/root"
fi
