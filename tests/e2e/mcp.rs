//! `sayso mcp`, as an assistant talks to it: lines of JSON on standard input and output. `scripts/mcp` does the same with a client of others.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{STORY, Server, dated};

/// An assistant that has started `sayso mcp`.
struct Assistant {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    asked: u64,
}

impl Assistant {
    /// Starts it, and says hello as the protocol wants.
    fn start(server: &Server) -> (Self, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sayso"));
        command.args(["mcp", "--server", &server.url()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut assistant = Self { child, input, output, asked: 0 };
        let client = json!({"name": "test", "version": "1"});
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
        let told = assistant.ask("initialize", hello);
        assistant.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        (assistant, told)
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    /// The result of a request.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}));
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["id"], self.asked, "{answer}");
        answer["result"].take()
    }

    /// What a tool answers. The text is the same as the structure.
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let mut result = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        assert_eq!(result["isError"], false, "{result}");
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"]);
        result["structuredContent"].take()
    }

    /// What a tool says is wrong.
    fn refused(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// Ends as an assistant does: by closing the input.
    fn leave(self) {
        let Self { mut child, input, .. } = self;
        drop(input);
        assert!(child.wait().unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assistant_finds_who_said_what() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(dated("harbour", "Northern Wire", "2026-03-02", STORY)).await;
    server.put(dated("other", "Veld Courier", "2026-03-05", STORY)).await;
    let (mut assistant, told) = Assistant::start(&server);
    assert_eq!(told["serverInfo"]["name"], "sayso");
    assert!(told["instructions"].as_str().unwrap().contains("search_quotes"));

    let tools = assistant.ask("tools/list", json!({}));
    let mut names: Vec<_> = tools["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    names.sort_by_key(|name| name.to_string());
    assert_eq!(names, ["analyze", "find_entity", "get_article", "search_quotes"]);
    for tool in tools["tools"].as_array().unwrap() {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        for (name, argument) in tool["inputSchema"]["properties"].as_object().unwrap() {
            assert!(argument["description"].is_string(), "{name} of {tool} is not explained");
        }
    }

    let found = assistant.call("find_entity", json!({"name": "Ms. Lind", "type": "person"}));
    let id = found["hits"][0]["entity"]["id"].clone();
    assert_eq!(id, "person/ada-lind");
    let asked = json!({"query": "cranes", "speaker": id, "outlet": "Northern Wire", "published_until": "2026-03-02"});
    let found = assistant.call("search_quotes", asked);
    let quote = &found["hits"][0]["quote"];
    assert_eq!(found["total"]["count"], "1");
    assert_eq!(quote["speakers"][0]["name"], "Ada Lind");
    // As the server gives it, not as the nearest double of the nearest float.
    let confidence = quote["speakerConfidence"].as_f64().unwrap();
    assert!(confidence > 0.0 && confidence.to_string().len() <= "0.123".len(), "{quote}");
    let article = json!({"id": "harbour", "title": "Title of harbour", "outlet": "Northern Wire", "publishTime": "2026-03-02T12:00:00Z"});
    assert_eq!(quote["article"], article);
    let read = assistant.call("get_article", json!({"id": "harbour"}));
    assert_eq!(read["article"]["body"], STORY);
    assert!(read["annotations"]["quotes"].as_array().unwrap().len() >= 2);
    let analysed = assistant.call("analyze", json!({"text": STORY, "published": "2026-03-03"}));
    assert_eq!(analysed["annotations"]["quotes"][0]["speakers"][0]["name"], "Ada Lind");

    let first = assistant.call("search_quotes", json!({"limit": 1, "order": "oldest"}));
    let rest = json!({"order": "oldest", "page_token": first["nextPageToken"]});
    let rest = assistant.call("search_quotes", rest);
    let hits = rest["hits"].as_array().unwrap().len();
    assert_eq!((hits + 1).to_string(), first["total"]["count"].as_str().unwrap());
    assistant.leave();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assistant_is_told_what_it_asked_wrongly() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let (mut assistant, _) = Assistant::start(&server);
    let told = assistant.refused("search_quotes", json!({"query": "\"cranes"}));
    assert!(told.contains("reason: QUERY_SYNTAX"), "{told}");
    let told = assistant.refused("search_quotes", json!({"said_from": "Monday"}));
    assert_eq!(told, "said_from is \"Monday\": expected YYYY-MM-DD");
    let told = assistant.refused("get_article", json!({"id": "none"}));
    assert!(told.contains("\"none\""), "{told}");
    let kinds = json!({"kind": "spoken"});
    assert_eq!(
        assistant.refused("search_quotes", kinds),
        "kind is \"spoken\": expected one of direct, indirect, mixed"
    );
    let limit = json!({"limit": -1});
    assert_eq!(assistant.refused("search_quotes", limit), "limit is -1: expected a number from 0 to 65535");
    let speech = json!({"only_speech": "yes"});
    assert_eq!(assistant.refused("search_quotes", speech), "only_speech is \"yes\": expected true or false");
    let name = json!({"name": 7, "limit": 1});
    assert_eq!(assistant.refused("find_entity", name), "name is 7: expected a string");
    assert_eq!(assistant.refused("find_entity", json!({"type": "person"})), "the argument \"name\" is missing");
    let other = json!({"name": "Lind", "kind": "person"});
    let told = assistant.refused("find_entity", other);
    assert_eq!(told, "there is no argument \"kind\": expected limit, name, type");
    assistant.leave();
}
