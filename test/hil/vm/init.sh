#!/bin/sh
# The guest's first process: a kernel, its modules, the bus that the test answers for, and the box.
export PATH=/usr/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mkdir -p /dev/shm /var/lib/casp3r
for module in $(cat /modules/order); do insmod "/modules/$module"; done
echo casp3r > /proc/sys/kernel/hostname
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2
# QEMU's chip goes by a Pi's name; all else about it is the kernel's own.
echo pinctrl-bcm2711 > /tmp/label
for chip in /sys/class/gpio/gpiochip*; do
  grep -q pl061 "$chip/label" && mount --bind /tmp/label "$chip/label"
done
bus=$(sed 's/.*casp3r\.bus=\([0-9]*\).*/\1/' /proc/cmdline)
node /casp3r/i2c-bridge.mjs 10.0.2.2 "$bus" &
while [ ! -e /dev/i2c-1 ]; do sleep 0.05; done
echo "guest: $(uname -rm), up for $(cut -d' ' -f1 /proc/uptime) s"
# Through a pipe: on a console the box would draw its panel in place of its log.
cd /casp3r && node dist/firmware/cli/main.js run --config /casp3r/casp3r.toml < /dev/null 2>&1 | cat
echo 'guest: the box ended'
poweroff -f
