#!/bin/bash
# image.sh GUEST CACHE OUT: makes OUT/vmlinuz and OUT/initrd.cpio, a kernel of Debian for arm64 with Node and this box as it is compiled.
# GUEST is `stable`, whose pins are those of QEMU's own chip, or `backports`, whose kernel simulates a Raspberry Pi's header.
set -euo pipefail
guest=$1
cache=$(mkdir -p "$2" && readlink -f "$2")
out=$(readlink -f "$3")
here=$(dirname "$(readlink -f "$0")")
project=$(readlink -f "$here/../../..")
modules=$(readlink -f "$project/node_modules")
exec 9> "$cache/lock"
flock 9
read -r kernel debian < <(bash "$here/debian.sh" "$cache" "$guest")
bash "$here/addons.sh" "$cache" "$debian" "$modules"
flock -u 9

root=$out/root
mkdir -p "$root"/{proc,sys,dev,tmp,root,var/lib,modules}
cp -r "$debian/usr" "$root/"
rm -rf "$root"/usr/include "$root"/usr/share/{doc,man,info,locale,lintian,bug} "$root"/usr/lib/aarch64-linux-gnu/{gconv,*.a}
for name in bin lib sbin; do ln -s "usr/$([ $name = sbin ] && echo bin || echo $name)" "$root/$name"; done
for applet in sh mount insmod ip mkdir cat echo sleep cut sed grep uname poweroff; do ln -sf busybox "$root/usr/bin/$applet"; done
tree=$(echo "$kernel"/usr/lib/modules/*)
depmod -b "$kernel/usr" "$(basename "$tree")"
for module in cuse virtio_net $([ "$guest" = stable ] || echo gpio-sim); do
  line=$(grep -E "/$module\.ko[^:]*:" "$tree/modules.dep")
  for file in $(echo "${line#*:}" | tr ' ' '\n' | tac) "${line%%:*}"; do
    name=$(basename "$file" .xz)
    grep -qsx "$name" "$root/modules/order" && continue
    xzcat "$tree/$file" > "$root/modules/$name"
    echo "$name" >> "$root/modules/order"
  done
done
cp "$(ls "$kernel"/boot/vmlinuz-* "$tree/vmlinuz" 2> /dev/null | head -1)" "$out/vmlinuz"

# The box itself: what `npm ci --omit=dev` would install, with the add-ons of the guest's processor.
app=$root/casp3r
mkdir -p "$app/node_modules"
cp -r "$project/dist" "$project/package.json" "$here/casp3r.toml" "$here"/*.mjs "$app/"
needed='for (const [path, { dev }] of Object.entries(JSON.parse(require("fs").readFileSync(0)).packages))
  if (!dev && /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path)) console.log(path.slice(13))'
node -e "$needed" < "$project/package-lock.json" | while read -r package; do
  [ -d "$modules/$package" ] || continue
  mkdir -p "$app/node_modules/$package"
  cp -r "$modules/$package/." "$app/node_modules/$package/"
done
for package in epoll i2c-bus better-sqlite3; do
  version=$(node -p "require('$modules/$package/package.json').version")
  installed=$app/node_modules/$package
  rm -rf "$installed/build" "$installed/src" "$installed/deps"
  mkdir -p "$installed/build/Release"
  cp "$cache/addons/$package-$version"/*.node "$installed/build/Release/"
done
cp "$here/init.sh" "$root/init"
chmod +x "$root/init"
(cd "$root" && find . -print0 | cpio --null --create --format=newc --quiet) > "$out/initrd.cpio"
rm -rf "$root"
