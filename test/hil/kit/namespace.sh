#!/bin/sh
# namespace.sh HARDWARE PROGRAM [ARGUMENT ...]: run by `unshare --mount`; puts HARDWARE/class in the place of /sys/class and
# HARDWARE/dev/* into a /dev of its own, then becomes the program. Nothing outside of the namespace changes.
set -e
hardware=$1
shift
mount --make-rprivate /
dev=$(mktemp -d)
mount -t tmpfs dev "$dev"
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$dev/"
ln -s /proc/self/fd "$dev/fd"
mkdir "$dev/shm" "$dev/pts"
mount --bind /dev/pts "$dev/pts"
for path in "$hardware"/dev/*; do
  [ -e "$path" ] || continue
  name=$(basename "$path")
  if [ -d "$path" ]; then mkdir "$dev/$name"; else touch "$dev/$name"; fi
  mount --bind "$path" "$dev/$name"
done
mount --bind "$hardware/class" /sys/class
mount --rbind "$dev" /dev
exec "$@"
