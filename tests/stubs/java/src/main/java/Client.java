import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.sayso.v1.EntitySelector;
import dev.sayso.v1.GetQuoteRequest;
import dev.sayso.v1.Quote;
import dev.sayso.v1.QuoteServiceGrpc;
import dev.sayso.v1.SearchQuotesRequest;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/**
 * Client ADDRESS SPEAKER prints the first quote of a speaker, then code and reason of the error for a quote that does
 * not exist.
 */
public class Client {
  public static void main(String[] arguments) throws InvalidProtocolBufferException {
    var channel = ManagedChannelBuilder.forTarget(arguments[0]).usePlaintext().build();
    var quotes = QuoteServiceGrpc.newBlockingStub(channel);
    var request = SearchQuotesRequest.newBuilder().addSpeakers(EntitySelector.newBuilder().setName(arguments[1])).build();
    Quote quote = quotes.searchQuotes(request).getHits(0).getQuote();
    System.out.println(quote.getSpeakers(0).getName() + ": " + quote.getText());
    try {
      quotes.getQuote(GetQuoteRequest.newBuilder().setId("nothing#q0-1-00000000").build());
    } catch (StatusRuntimeException error) {
      System.out.println(error.getStatus().getCode());
      for (var detail : StatusProto.fromThrowable(error).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          System.out.println("reason: " + detail.unpack(ErrorInfo.class).getReason());
        }
      }
    }
    channel.shutdown();
  }
}
