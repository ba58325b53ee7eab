"""A protoc plugin that runs the gRPC generator of grpcio-tools, which has no plugin program of its own."""

import pathlib
import sys
import tempfile

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc

request = CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
response = CodeGeneratorResponse(supported_features=CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL)
with tempfile.TemporaryDirectory() as folder:
    out = pathlib.Path(folder)
    descriptors = out / "descriptors.binpb"
    descriptors.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
    options = [f"--descriptor_set_in={descriptors}", f"--grpc_python_out={out}"]
    status = protoc.main(["protoc", *options, *request.file_to_generate])
    for path in sorted(out.rglob("*.py")):
        response.file.add(name=path.relative_to(out).as_posix(), content=path.read_text(encoding="utf-8"))
sys.stdout.buffer.write(response.SerializeToString())
sys.exit(status)
