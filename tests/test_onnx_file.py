"""What an ONNX file says of itself is read as package onnx reads it, and no file does harm."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tiny_onnx import write_generator

from livegan.onnx_file import NotOnnx, OnnxFile, read_onnx_file
from livegan.shipped import shipped


def elsewhere(name: str) -> TensorProto:
    """A weight that lies in another file."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[2])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret.bin")
    return tensor


def constant(**what: Any) -> onnx.NodeProto:
    """A node that holds a weight."""
    return helper.make_node("Constant", [], ["c"], **what)


def read(model: onnx.ModelProto, folder: Path) -> OnnxFile:
    path = folder / "made.onnx"
    path.write_bytes(model.SerializeToString())
    return read_onnx_file(path)


def network(*nodes: onnx.NodeProto, **parts: Any) -> onnx.ModelProto:
    return helper.make_model(helper.make_graph(list(nodes), "g", [], [], **parts))


@pytest.mark.parametrize(
    "path", sorted(shipped("engines").glob("*.onnx")), ids=lambda path: path.stem
)
def test_what_ships_is_read_as_its_library_reads_it(path: Path) -> None:
    wanted = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert read_onnx_file(path) == OnnxFile(wanted, has_network=True, is_whole=True)


def test_weights_elsewhere_are_found_wherever_they_are_named(tmp_path: Path) -> None:
    here = numpy_helper.from_array(np.zeros(2, np.float32), "here")
    assert read(network(constant(value=here)), tmp_path).is_whole
    far = elsewhere("far")
    sparse = helper.make_sparse_tensor(here, elsewhere("places"), [2])
    inner = helper.make_graph([constant(value=far)], "inner", [], [])
    twice = helper.make_graph(
        [helper.make_node("If", ["a"], ["b"], then_branch=inner)], "t", [], []
    )
    function = helper.make_function(
        "livegan", "f", [], ["c"], [constant(value=far)], [helper.make_opsetid("", 17)]
    )
    within = network(constant(value=here))
    within.functions.append(function)
    asked = network(constant(value=here))
    asked.functions.append(helper.make_function("livegan", "g", [], [], [], []))
    asked.functions[0].attribute_proto.append(helper.make_attribute("far", far))
    trained = network(constant(value=here))
    trained.training_info.add(algorithm=inner)
    for model in (
        network(constant(value=far)),
        network(constant(value=here), initializer=[here, far]),
        network(constant(value=here), sparse_initializer=[sparse]),
        network(constant(sparse_value=sparse)),
        network(helper.make_node("Loop", [], [], body=twice)),
        within,
        asked,
        trained,
    ):
        assert not read(model, tmp_path).is_whole


def test_a_file_without_nodes_holds_no_network(tmp_path: Path) -> None:
    assert not read(network(), tmp_path).has_network


@pytest.mark.parametrize("kind", [3, 4, 6, 7])
def test_fields_of_no_known_kind_are_refused(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "odd.onnx"
    path.write_bytes(bytes([1 << 3 | kind, 1]))
    with pytest.raises(NotOnnx, match=f"field of kind {kind} at byte 0"):
        read_onnx_file(path)


def test_a_file_of_endless_parts_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "endless.onnx"
    nodes = b"\x0a\x00" * 1_000_000
    path.write_bytes(b"\x3a" + b"\x80\x89\x7a" + nodes)
    with pytest.raises(NotOnnx, match="more than 100000 fields"):
        read_onnx_file(path)


def test_every_cut_and_many_mutations_are_read_or_refused(tmp_path: Path) -> None:
    whole = write_generator(tmp_path / "a.onnx").read_bytes()
    chance = random.Random(1)
    path = tmp_path / "b.onnx"
    refused = 0
    for trial in range(3000):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data if trial % 2 else data[: chance.randrange(len(data))])
        try:
            read_onnx_file(path)
        except NotOnnx as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 1000


def test_a_look_is_loaded_without_package_onnx() -> None:
    code = (
        "import sys; from livegan.look import open_look; from livegan.presets import read_preset;"
        "open_look(read_preset('mona-lisa')).close();"
        "sys.exit('onnx is imported' if 'onnx' in sys.modules else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
