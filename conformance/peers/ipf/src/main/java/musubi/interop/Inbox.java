package musubi.interop;

import ca.uhn.hl7v2.model.Message;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;
import org.openehealth.ipf.platform.camel.ihe.hl7v3.PixPdqV3CamelValidators;
import org.openehealth.ipf.platform.camel.ihe.xds.XdsCamelValidators;

/** Where IPF hears of what the node sends of its own accord: notifications, and answers to questions asked before. */
final class Inbox extends RouteBuilder {
    private static final long PATIENCE_MS = 20_000;

    private final Target target;
    final BlockingQueue<Object> notices = new LinkedBlockingQueue<>();
    final BlockingQueue<Object> noticesV3 = new LinkedBlockingQueue<>();
    final BlockingQueue<Object> queries = new LinkedBlockingQueue<>();
    final BlockingQueue<Object> retrieves = new LinkedBlockingQueue<>();
    final BlockingQueue<Object> discoveries = new LinkedBlockingQueue<>();

    Inbox(Target target) {
        this.target = target;
    }

    @Override
    public void configure() {
        from("pix-iti10://127.0.0.1:" + target.port("notify.port") + "?audit=false&secure=true&clientAuth=MUST"
            + "&sslContextParameters=#" + Ipf.COMMUNITY).process(this::notice);
        from("pixv3-iti46:iti46?audit=false").process(this::noticeV3);
        from("xca-iti38-async-response:iti38reply?audit=false&correlator=#correlator")
            .process(XdsCamelValidators.iti38ResponseValidator())
            .process(exchange -> queries.add(exchange.getIn().getBody(QueryResponse.class)));
        from("xca-iti39-async-response:iti39reply?audit=false&correlator=#correlator")
            .process(XdsCamelValidators.iti39ResponseValidator()).process(this::retrieved);
        from("xcpd-iti55-async-response:iti55reply?audit=false&correlator=#correlator").process(this::discovered);
        from("xcpd-iti55-deferred-response:iti55later?audit=false&correlator=#correlator").process(this::discoveredLater);
    }

    private void notice(Exchange exchange) throws Exception {
        // No validator: IPF wants the kind of a name in PID-5, which ITI TF-2 3.10.4.1.2 leaves to be one space.
        Message message = exchange.getIn().getBody(Message.class);
        notices.add(message.encode());
        exchange.getMessage().setBody(message.generateACK());
    }

    private void noticeV3(Exchange exchange) throws Exception {
        PixPdqV3CamelValidators.iti46RequestValidator().process(exchange);
        String message = exchange.getIn().getBody(String.class);
        noticesV3.add(message);
        exchange.getMessage().setBody(V3.accepted(message));
    }

    private void retrieved(Exchange exchange) throws Exception {
        RetrievedDocumentSet got = exchange.getIn().getBody(RetrievedDocumentSet.class);
        // Read here: the attachments end with the exchange.
        retrieves.add(new String(DocumentCases.octets(got.getDocuments().get(0))));
    }

    private void discovered(Exchange exchange) throws Exception {
        PixPdqV3CamelValidators.iti55ResponseValidator().process(exchange);
        discoveries.add(exchange.getIn().getBody(String.class));
    }

    private void discoveredLater(Exchange exchange) throws Exception {
        discovered(exchange);
        exchange.getMessage().setBody(V3.accepted(exchange.getIn().getBody(String.class)));
    }

    /** Waits for one that is as wanted; others are passed over. */
    static <T> T wait(BlockingQueue<Object> queue, Class<T> type, Predicate<T> wanted, String what)
        throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (System.nanoTime() < end) {
            Object got = queue.poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
            if (type.isInstance(got) && wanted.test(type.cast(got))) {
                return type.cast(got);
            }
        }
        throw new AssertionError(what + " did not come");
    }
}
