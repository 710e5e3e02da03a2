#!/bin/sh
# The guest's first process: a kernel, its modules, pins and the bus that the test answers for, and the box.
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
value() { sed -n "s/.*casp3r\.$1=\([0-9]*\).*/\1/p" /proc/cmdline; }
if [ -e /sys/module/gpio_sim ]; then
  # The header of a Pi 4, pulled up. QEMU's chip stands before it, so that its base is not that of a single chip.
  mount -t configfs config /sys/kernel/config
  sim=/sys/kernel/config/gpio-sim/header
  mkdir -p $sim/bank0
  echo 54 > $sim/bank0/num_lines
  echo pinctrl-bcm2711 > $sim/bank0/label
  echo 1 > $sim/live
  for pin in /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio*; do echo pull-up > "$pin/pull"; done
  node /casp3r/gpio-sim.mjs 10.0.2.2 "$(value pins)" &
else
  # QEMU's chip goes by a Pi's name and has eight pins; all else about it is the kernel's own.
  echo pinctrl-bcm2711 > /tmp/label
  for chip in /sys/class/gpio/gpiochip*; do
    grep -q pl061 "$chip/label" && mount --bind /tmp/label "$chip/label"
  done
  printf '[panel.buttons]\npair = 5\npage = 6\npower = 7\n' >> /casp3r/casp3r.toml
fi
node /casp3r/i2c-bridge.mjs 10.0.2.2 "$(value bus)" &
while [ ! -e /dev/i2c-1 ]; do sleep 0.05; done
for chip in /sys/class/gpio/gpiochip*; do echo "guest: $(cat "$chip/label") has base $(cat "$chip/base")"; done
echo "guest: $(uname -rm), up for $(cut -d' ' -f1 /proc/uptime) s"
# Through a pipe: on a console the box would draw its panel in place of its log.
cd /casp3r && node dist/firmware/cli/main.js run --config /casp3r/casp3r.toml < /dev/null 2>&1 | cat
echo 'guest: the box ended'
poweroff -f
