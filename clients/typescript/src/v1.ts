/** All messages, enumerations and services of the API. */

export * from "./gen/sayso/v1/analyze_service_pb.js";
export * from "./gen/sayso/v1/article_service_pb.js";
export * from "./gen/sayso/v1/entity_service_pb.js";
export * from "./gen/sayso/v1/quote_service_pb.js";
export * from "./gen/sayso/v1/resources_pb.js";
export * from "./gen/sayso/v1/search_service_pb.js";
export * from "./gen/sayso/v1/server_service_pb.js";
export * from "./gen/sayso/v1/snapshot_service_pb.js";
