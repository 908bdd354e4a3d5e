#!/usr/bin/env bash
# What is played in the emulated machine: scenes.sh PYTHON CLIP. What livegan said and what a viewer
# saw lies in /out then, for cameras.py to judge. Everything waits for what it needs, however long
# that takes; only what never comes ends it.
set -uo pipefail
export PYTHONPATH=$PWD PYTHONFAULTHANDLER=1
python=$1 clip=$2
playing=
mark=0

fail() {
    echo "scenes.sh: $1" >&2
    exit 1
}

# play NAME ARGUMENT...: livegan as people type it, in the background.
# Several play at once, and only one can have the port of OSC; none goes on where another was left.
play() {
    name=$1 mark=0
    shift
    echo "[$SECONDS s] livegan $*"
    LIVEGAN_STATE=/tmp/$name "$python" -m livegan "$@" --osc off --midi off >"/out/$name.log" 2>&1 &
    playing=$!
}

# await TEXT: wait until livegan says so, after the last text that was awaited.
await() {
    until tail -n "+$((mark + 1))" "/out/$name.log" | grep -qF -- "$1"; do
        kill -0 "$playing" 2>/dev/null || fail "$name ended before it said: $1"
        sleep 1
    done
    mark=$(wc -l <"/out/$name.log")
    echo "[$SECONDS s] $name: $1"
}

# finish: Ctrl-C.
finish() {
    kill -INT "$playing"
    wait "$playing"
    echo $? >"/out/$name.exit-code"
    echo "[$SECONDS s] $name has ended"
}

# refuse NAME ARGUMENT...: livegan with something that cannot be.
refuse() {
    local name=$1
    shift
    echo "[$SECONDS s] livegan $*"
    LIVEGAN_STATE=/tmp/$name timeout 600 "$python" -m livegan "$@" --osc off --midi off \
        >"/out/$name.log" 2>"/out/$name.error"
    echo $? >"/out/$name.exit-code"
}

# watch NAME COUNT: so many different pictures as a viewer of the virtual camera sees them.
watch() {
    timeout 600 ffmpeg -loglevel error -f v4l2 -i /dev/video7 -vf mpdecimate=hi=1:lo=1:frac=0 \
        -fps_mode passthrough -frames:v "$2" -pix_fmt bgr24 -f rawvideo "/out/$1.bgr" \
        </dev/null || fail "/dev/video7 shows no new picture"
    echo "[$SECONDS s] seen: $1"
}

# A few seconds at a rate that an emulated processor can send: to decode them again and again would
# leave it nothing to paint with.
film=$(mktemp --suffix .nut)
ffmpeg -loglevel error -y -t 6 -i "$clip" -vf fps=5,format=yuv420p -c:v rawvideo "$film" \
    </dev/null || fail "$clip cannot be read"
ffmpeg -loglevel error -re -stream_loop -1 -i "$film" -f v4l2 /dev/video6 </dev/null &
feeding=$!
until [[ -s /sys/devices/virtual/video4linux/video6/format ]]; do
    kill -0 "$feeding" || fail "/dev/video6 takes no clip"
    sleep 1
done

# A face in the camera, the puppet in the virtual camera.
play face --source camera:face-camera --sink virtual-camera:/dev/video7 --seconds 3000 \
    --stats /out/face.json
"$python" tests/devices/photograph.py camera:0 /out/photograph || fail "no picture of camera:0"
refuse busy edges --source pattern --sink virtual-camera:/dev/video6
await "sink       virtual-camera:/dev/video7"
watch face 5
finish
kill "$feeding"
wait "$feeding"

# A camera that is unplugged, and has another number when it comes back, because another program
# did not let go of the old one.
play replugged --source camera:0 --sink virtual-camera:/dev/video7 --seconds 3000 \
    --stats /out/replugged.json
refuse missing edges --source pattern --sink virtual-camera:/dev/video9
await "sink       virtual-camera:/dev/video7"
exec 9</dev/video0
echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind
await "is unplugged"
watch unplugged 3
echo vivid.0 >/sys/bus/platform/drivers/vivid/bind
await "source ok"
finish

rmmod v4l2loopback || fail "v4l2loopback is still in use"
refuse none edges --source pattern --sink virtual-camera
