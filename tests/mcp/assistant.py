"""Talks to `sayso mcp` with the public client of the Model Context Protocol: assistant.py PROGRAM ADDRESS.

The server at ADDRESS has the articles of samples/. In the newest version of the protocol that both know and in the one
before, it finds a person, what she said, and the article where it is written, analyses a text, and asks wrongly once.
"""

import asyncio
import sys
from typing import Any

from mcp import Client, StdioServerParameters, stdio_client


async def answer(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """What a tool answers."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, f"{tool}: {result.content}"
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def look_up(program: str, address: str, mode: str) -> None:
    """Follows a quote from its speaker to its article."""
    started = StdioServerParameters(command=program, args=["mcp", "--server", f"http://{address}"])
    async with Client(stdio_client(started), mode=mode) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {"search_quotes", "find_entity", "get_article", "analyze"}, tools
        person = (await answer(client, "find_entity", name="Varrin", type="person"))["hits"][0]["entity"]
        found = await answer(client, "search_quotes", speaker=person["id"], query="harbour", limit=3)
        quote = found["hits"][0]["quote"]
        assert person["id"] in [speaker["id"] for speaker in quote["speakers"]], quote
        article = await answer(client, "get_article", id=quote["article"]["id"])
        assert quote["id"] in [one["id"] for one in article["annotations"]["quotes"]], quote["id"]
        text = "“The bridge is safe,” said Ilsa Brandt, the mayor of Marn."
        analysed = await answer(client, "analyze", text=text)
        assert analysed["annotations"]["quotes"][0]["speakers"][0]["name"] == "Ilsa Brandt", analysed
        wrong = await client.call_tool("search_quotes", {"query": '"harbour'})
        assert wrong.is_error and "QUERY_SYNTAX" in str(wrong.content), wrong
        print(f"{mode}: {person['name']} said “{quote['text']}” in {quote['article']['title']}")


for way in ("auto", "legacy"):
    asyncio.run(look_up(sys.argv[1], sys.argv[2], way))
