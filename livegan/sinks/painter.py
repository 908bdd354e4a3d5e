"""Pictures and panels of text, drawn with OpenGL 3.3.

Pictures go to the graphics card as they are: the array's own memory, in BGR, top row first.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyglet import gl, graphics

from livegan.frames import Image
from livegan.sinks.geometry import Rect
from livegan.sinks.text import Ink

# Four corners out of their own numbers: neither needs a buffer. `quad` and `cut` hold left,
# bottom, right and top; the first row of a picture lies at the texture's 0, so `cut` stands upside
# down, and left and right change places to mirror it.
_CORNERS = """#version 330 core
uniform vec4 quad;
uniform vec4 cut;
out vec2 place;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    place = mix(cut.xy, cut.zw, corner);
    gl_Position = vec4(mix(quad.xy, quad.zw, corner), 0.0, 1.0);
}
"""
_PICTURE = """#version 330 core
uniform sampler2D picture;
in vec2 place;
out vec4 colour;
void main() { colour = vec4(texture(picture, place).rgb, 1.0); }
"""
_PANEL = """#version 330 core
uniform sampler2D ink;
in vec2 place;
out vec4 colour;
void main() {
    float written = texture(ink, place).r;
    colour = vec4(mix(vec3(0.05), vec3(0.96), written), max(0.72, written));
}
"""
WHOLE = Rect(0, 0, 1, 1)


class Painter:
    """Draws into the current OpenGL context; make one for each.

    What is drawn in one place of a name is sent to the graphics card when it changes.
    """

    def __init__(self) -> None:
        self._picture = _program(_PICTURE)
        self._panel = _program(_PANEL)
        self._textures: dict[str, _Texture] = {}
        self._size = (1, 1)
        corners = gl.GLuint()
        gl.glGenVertexArrays(1, corners)
        gl.glBindVertexArray(corners)
        gl.glBlendFunc(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA)

    def begin(self, size: tuple[int, int]) -> None:
        """Begin with black.

        Args:
            size: height and width of the window, in pixels of the screen.
        """
        self._size = size
        gl.glViewport(0, 0, size[1], size[0])
        gl.glClearColor(0, 0, 0, 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)

    def picture(
        self, name: str, image: Image, at: Rect, *, cut: Rect = WHOLE, mirror: bool = False
    ) -> None:
        """Draw a picture.

        Args:
            name: its place.
            image: (H, W, 3) uint8 BGR; nobody may write into it while it is drawn again.
            at: where, in pixels from the window's upper left corner.
            cut: which part of it, in fractions.
            mirror: left for right.
        """
        gl.glDisable(gl.GL_BLEND)
        self._draw(self._picture, name, image, at, cut, mirror)

    def panel(self, name: str, ink: Ink, at: Rect) -> None:
        """Draw light text on a dark, translucent panel.

        Args:
            name: its place.
            ink: (H, W) uint8.
            at: where, in pixels from the window's upper left corner.
        """
        gl.glEnable(gl.GL_BLEND)
        self._draw(self._panel, name, ink, at, WHOLE, False)

    def _draw(
        self, program: Any, name: str, pixels: NDArray[np.uint8], at: Rect, cut: Rect, mirror: bool
    ) -> None:
        if name not in self._textures:
            self._textures[name] = _Texture()
        self._textures[name].hold(pixels)
        left, right = cut.x, cut.x + cut.width
        if mirror:
            left, right = right, left
        program.use()
        program["quad"] = self._quad(at)
        program["cut"] = (left, cut.y + cut.height, right, cut.y)
        gl.glDrawArrays(gl.GL_TRIANGLE_STRIP, 0, 4)

    def _quad(self, at: Rect) -> tuple[float, float, float, float]:
        """Whole pixels of the window as OpenGL counts them: -1 to 1, upwards."""
        height, width = self._size
        left, right = round(at.x), round(at.x + at.width)
        top, bottom = round(at.y), round(at.y + at.height)
        return (
            2 * left / width - 1, 1 - 2 * bottom / height,
            2 * right / width - 1, 1 - 2 * top / height,
        )  # fmt: skip


class _Texture:
    """One array on the graphics card."""

    def __init__(self) -> None:
        self._id = gl.GLuint()
        self._held: NDArray[np.uint8] | None = None
        gl.glGenTextures(1, self._id)

    def hold(self, pixels: NDArray[np.uint8]) -> None:
        """Bind the texture, with these pixels in it: (H, W, 3) BGR or (H, W)."""
        gl.glBindTexture(gl.GL_TEXTURE_2D, self._id)
        if pixels is self._held:
            return
        if self._held is None or self._held.shape != pixels.shape:
            self._allocate(pixels.shape)
        colours = gl.GL_BGR if pixels.ndim == 3 else gl.GL_RED
        rows = np.ascontiguousarray(pixels)
        height, width = rows.shape[:2]
        gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
        gl.glTexSubImage2D(
            gl.GL_TEXTURE_2D, 0, 0, 0, width, height, colours, gl.GL_UNSIGNED_BYTE,
            ctypes.c_void_p(rows.ctypes.data),
        )  # fmt: skip
        self._held = pixels

    def _allocate(self, shape: tuple[int, ...]) -> None:
        stored = gl.GL_RGB8 if len(shape) == 3 else gl.GL_R8
        gl.glTexImage2D(
            gl.GL_TEXTURE_2D, 0, stored, shape[1], shape[0], 0, gl.GL_RED, gl.GL_UNSIGNED_BYTE, None
        )
        for setting, value in (
            (gl.GL_TEXTURE_MIN_FILTER, gl.GL_LINEAR),
            (gl.GL_TEXTURE_MAG_FILTER, gl.GL_LINEAR),
            (gl.GL_TEXTURE_WRAP_S, gl.GL_CLAMP_TO_EDGE),
            (gl.GL_TEXTURE_WRAP_T, gl.GL_CLAMP_TO_EDGE),
        ):
            gl.glTexParameteri(gl.GL_TEXTURE_2D, setting, value)


def _program(fragment: str) -> Any:
    return graphics.shader.ShaderProgram(
        graphics.shader.Shader(_CORNERS, "vertex"), graphics.shader.Shader(fragment, "fragment")
    )
