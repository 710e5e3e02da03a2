#!/bin/bash
# image.sh CACHE: brings CACHE/vmlinuz and CACHE/initrd.cpio up to date: Debian's arm64 kernel, Node, and this box as it is compiled.
set -euo pipefail
cache=$(mkdir -p "$1" && readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
project=$(readlink -f "$here/../../..")
modules=$(readlink -f "$project/node_modules")
bash "$here/debian.sh" "$cache"
bash "$here/addons.sh" "$cache" "$modules"

pack() { (cd "$1" && find . -print0 | cpio --null --create --format=newc --quiet); }

# What changes only with the kernel or Debian's Node.
if [ ! -f "$cache/base.cpio" ]; then
  root=$cache/base
  rm -rf "$root"
  mkdir -p "$root"/{proc,sys,dev,tmp,root,var/lib,modules}
  cp -r "$cache/root/usr" "$root/"
  rm -rf "$root"/usr/share/{doc,man,info,locale,lintian,bug} "$root"/usr/lib/aarch64-linux-gnu/gconv
  for name in bin lib sbin; do ln -s "usr/$([ $name = sbin ] && echo bin || echo $name)" "$root/$name"; done
  for applet in sh mount insmod ip mkdir cat echo sleep cut sed grep uname poweroff; do ln -sf busybox "$root/usr/bin/$applet"; done
  folder=$(echo "$cache"/kernel/usr/lib/modules/*)
  version=$(basename "$folder")
  depmod -b "$cache/kernel/usr" "$version"
  for module in cuse virtio_net; do
    line=$(grep -E "/$module\.ko[^:]*:" "$folder/modules.dep")
    for file in $(echo "${line#*:}" | tr ' ' '\n' | tac) "${line%%:*}"; do
      name=$(basename "$file" .xz)
      grep -qsx "$name" "$root/modules/order" && continue
      xzcat "$folder/$file" > "$root/modules/$name"
      echo "$name" >> "$root/modules/order"
    done
  done
  pack "$root" > "$cache/base.part"
  mv "$cache/base.part" "$cache/base.cpio"
  cp "$cache"/kernel/boot/vmlinuz-* "$cache/vmlinuz"
  rm -rf "$root"
fi

# The box itself: what `npm ci --omit=dev` would install, with the add-ons of the guest's processor.
app=$cache/app
rm -rf "$app"
mkdir -p "$app/casp3r/node_modules"
cp -r "$project/dist" "$project/package.json" "$here/casp3r.toml" "$here/i2c-bridge.mjs" "$app/casp3r/"
needed='for (const [path, { dev }] of Object.entries(JSON.parse(require("fs").readFileSync(0)).packages))
  if (!dev && /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path)) console.log(path.slice(13))'
node -e "$needed" < "$project/package-lock.json" | while read -r package; do
  [ -d "$modules/$package" ] || continue
  mkdir -p "$app/casp3r/node_modules/$package"
  cp -r "$modules/$package/." "$app/casp3r/node_modules/$package/"
done
for built in "$cache"/addons/*; do
  package=$(basename "$built" | sed 's/-[0-9][^-]*$//')
  installed=$app/casp3r/node_modules/$package
  rm -rf "$installed/build" "$installed/src" "$installed/deps"
  mkdir -p "$installed/build/Release"
  cp "$built"/*.node "$installed/build/Release/"
done
cp "$here/init.sh" "$app/init"
chmod +x "$app/init"
pack "$app" > "$cache/app.cpio"
cat "$cache/base.cpio" "$cache/app.cpio" > "$cache/initrd.cpio"
rm -rf "$app"
