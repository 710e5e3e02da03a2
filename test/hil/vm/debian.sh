#!/bin/bash
# debian.sh CACHE GUEST: fetches what the guest is made of, once: CACHE/kernel-* (an unpacked Debian kernel, its path is printed) and
# CACHE/root-* (Node, its headers and its libraries), for arm64. Debian's mirror is that of this machine's own apt, which is asked
# through lists and folders apart; the machine's packages stay as they are.
set -euo pipefail
cache=$1
guest=$2
stable=trixie
case $guest in
  stable) suite=$stable version=6.12.107+deb13-arm64 ;;
  backports) suite=$stable-backports version=7.3.4+deb13-arm64 ;;
  *) echo "no guest $guest" >&2 && exit 2 ;;
esac
keys=/usr/share/keyrings/debian-archive-keyring.gpg
apt=$cache/apt

# private_apt SUITE: from here on apt-get and apt-cache know that suite of Debian, for arm64, and nothing else.
private_apt() {
  local mirror
  unset APT_CONFIG
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' 'Created-By: Packages' | sed -n 1p)
  # The label is known once the lists were fetched.
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/\?$' | sed -n 1p || true)
  if [ -z "$mirror" ]; then
    echo "This machine's apt sources name no mirror of Debian, from which the kernels of the test machines come" >&2
    exit 1
  fi
  rm -rf "$apt"
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial}
  : > "$apt/state/status"
  echo "deb [signed-by=$keys] $mirror $1 main" > "$apt/sources.list"
  cat > "$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list"; Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "/dev/null";
Dir::State "$apt/state"; Dir::State::status "$apt/state/status"; Dir::Cache "$apt/cache";
APT::Architecture "arm64"; APT::Architectures { "arm64"; }; APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "3";
CONF
  export APT_CONFIG=$apt/apt.conf
  apt-get update -qq
}

# unpack FOLDER PACKAGE...: all or nothing.
unpack() {
  local folder=$1
  shift
  rm -rf "$folder.part"
  mkdir -p "$apt/debs" "$folder.part"
  (cd "$apt/debs" && apt-get download -qq "$@")
  for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$folder.part"; done
  rm -rf "$apt"
  mv "$folder.part" "$folder"
}

kernel=$cache/kernel-$version
if [ ! -d "$kernel" ]; then
  private_apt "$suite"
  if ! apt-cache show "linux-image-$version" > /dev/null 2>&1; then
    current=$(apt-cache depends linux-image-arm64 | sed -n 's/.*Depends: linux-image-\([0-9]\)/\1/p' | sed -n 1p)
    echo "PIN: Debian's $suite has linux-image-$version no more; ${current:-nothing} stands in for it: name it in test/hil/vm/debian.sh" >&2
    [ -n "$current" ] || exit 1
    version=$current
  fi
  # Newer kernels come in several packages.
  mapfile -t packages < <(apt-cache pkgnames linux- | grep -Fx -e "linux-image-$version" -e "linux-binary-$version" -e "linux-modules-$version")
  unpack "$kernel" "${packages[@]}"
fi

root=$cache/root-$stable
if [ ! -d "$root" ]; then
  private_apt "$stable"
  mapfile -t packages < <(apt-get install --simulate --no-install-recommends nodejs busybox-static | sed -n 's/^Inst \([^ ]*\).*/\1/p')
  unpack "$root" "${packages[@]}" libnode-dev libuv1-dev
fi
echo "$kernel" "$root"
