#!/usr/bin/env bash
# Runs a command in an emulated Debian machine that has cameras and MIDI ports, real ones to every
# program in it.
#
#   tests/devices/machine.sh OUT COMMAND [ARGUMENT...]
#
# The machine sees the files of this one at the same places; what it writes is gone with it, but
# for /out, which is the folder OUT here. It has
#   /dev/video0   the kernel's test camera (vivid); unplugged and plugged in again with
#                 echo vivid.0 > /sys/bus/platform/drivers/vivid/unbind, and bind
#   /dev/video6   a camera named face-camera, which shows what ffmpeg sends to it (v4l2loopback)
#   /dev/video7   a virtual camera named livegan (v4l2loopback)
#   midiC0D0      in /dev/snd, the far end of the MIDI port VirMIDI 0-0 (snd_virmidi; unplugged
#                 likewise: snd_virmidi.0); and Midi Through, at 14:0
# and neither network nor display. Its processor is emulated: about a hundred times slower.
#
# Exit code: that of the command; 125 where the machine can't be made or does not come up. Making
# it takes a minute, once for each list of packages and modules below; it needs Debian and, for its
# packages, root.
set -eEuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
store=${XDG_CACHE_HOME:-$HOME/.cache}/livegan-test-machine
packages=(qemu-system-x86 busybox-static cpio kmod make gcc ffmpeg alsa-utils)
modules=(virtio_pci 9pnet_virtio 9p overlay vivid snd-seq-dummy snd-virmidi snd-seq-midi)
made_of="${packages[*]} ${modules[*]}"

give_up() {
    echo "machine.sh: $1" >&2
    exit 125
}

install() {
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Kernel, drivers and a shell, as they are booted; init is added at each start.
make_machine() {
    command -v apt-get >/dev/null || give_up "the machine is made of Debian's packages; no apt-get"
    [[ $EUID -eq 0 ]] || give_up "run it as root once: it installs ${packages[*]}"
    apt-get update -qq
    install "${packages[@]}"
    cd "$work"

    local image version loopback
    image=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ {print $2}')
    version=${image#linux-image-}
    install "linux-headers-$version"
    # Only unpacked: this machine keeps the kernel that it has.
    apt-get download -qq "$image" v4l2loopback-dkms 2>/dev/null
    dpkg -x "$image"_*.deb kernel
    dpkg -x v4l2loopback-dkms_*.deb source
    loopback=$(echo "$work"/source/usr/src/v4l2loopback-*)
    make -s -C "/usr/src/linux-headers-$version" M="$loopback" modules 2>make.log >&2
    depmod -b kernel "$version"

    mkdir -p root/{bin,drivers,proc,sys,dev,host,layer,machine}
    cp /bin/busybox root/bin/
    for module in "${modules[@]}"; do
        modprobe -S "$version" -d kernel --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' >drivers
    echo "$loopback/v4l2loopback.ko" >>drivers
    xargs cp -t root/drivers <drivers
    xargs -n 1 basename <drivers >root/order

    mkdir machine
    (cd root && find . | cpio --quiet -o -H newc) | gzip >machine/root.gz
    cp "kernel/boot/vmlinuz-$version" machine/kernel
    cd "$OLDPWD"
    echo "$made_of" >"$work/machine/made-of"
    mkdir -p "$(dirname "$store")"
    rm -rf "$store"
    mv "$work/machine" "$store"
}

[[ $# -ge 2 ]] || give_up "wanted a folder and a command"
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ "$(cat "$store/made-of" 2>/dev/null)" != "$made_of" ]]; then
    trap 'give_up "the machine could not be made; line $LINENO failed"' ERR
    make_machine
    trap - ERR
fi

{
    printf 'cd %q\n' "$PWD"
    printf 'export HOME=%q PATH=%q\n' "$HOME" "$PATH"
    printf '%q ' exec "$@"
} >"$out/command"
rm -f "$out/exit-code"
# Linux takes several archives one after another.
(cd "$here" && echo init | cpio --quiet -o -H newc) | gzip | cat "$store/root.gz" - >"$work/root.gz"
# No AVX2: with it QEMU 7.2 crashes in NumPy's tanh, or gets -inf (numpy 1.26).
timeout --foreground 3600 qemu-system-x86_64 \
    -accel tcg,thread=multi -cpu max,-avx2 -smp 2 -m 4G -nic none -no-reboot \
    -display none -monitor none -serial "file:$out/console" -serial stdio \
    -kernel "$store/kernel" -initrd "$work/root.gz" -append 'console=ttyS0 quiet panic=-1' \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=$out,mount_tag=out,security_model=none" </dev/null
[[ -f "$out/exit-code" ]] || give_up "it did not come up; its last words are in $out/console"
exit "$(<"$out/exit-code")"
