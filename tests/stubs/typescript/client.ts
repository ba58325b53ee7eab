// client.js ADDRESS SPEAKER prints the first quote of a speaker, then the error for a quote that does not exist.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { QuoteService } from "./gen/sayso/v1/quote_service_pb.js";

const [address, speaker = ""] = process.argv.slice(2);
const quotes = createClient(QuoteService, createGrpcTransport({ baseUrl: `http://${address}` }));

const found = await quotes.searchQuotes({ speakers: [{ selector: { case: "name", value: speaker } }] });
const quote = found.hits[0]?.quote;
console.log(`${quote?.speakers[0]?.name}: ${quote?.text}`);
try {
  await quotes.getQuote({ id: "nothing#q0-1-00000000" });
} catch (error) {
  console.log(Code[ConnectError.from(error).code]);
}
