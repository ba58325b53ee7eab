"""All messages, enumerations and stubs of the API. `python -m pydoc sayso.v1` and every editor show their documentation."""

# ruff: noqa: F403 - generated modules, whose names differ from each other.
from .analyze_service_pb2 import *
from .analyze_service_pb2_grpc import AnalyzeServiceStub as AnalyzeServiceStub
from .article_service_pb2 import *
from .article_service_pb2_grpc import ArticleServiceStub as ArticleServiceStub
from .entity_service_pb2 import *
from .entity_service_pb2_grpc import EntityServiceStub as EntityServiceStub
from .quote_service_pb2 import *
from .quote_service_pb2_grpc import QuoteServiceStub as QuoteServiceStub
from .resources_pb2 import *
from .search_service_pb2 import *
from .search_service_pb2_grpc import SearchServiceStub as SearchServiceStub
from .server_service_pb2 import *
from .server_service_pb2_grpc import ServerServiceStub as ServerServiceStub
from .snapshot_service_pb2 import *
from .snapshot_service_pb2_grpc import SnapshotServiceStub as SnapshotServiceStub
