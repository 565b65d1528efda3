package musubi.interop;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.hl7.HL7MLLPNettyDecoderFactory;
import org.apache.camel.component.hl7.HL7MLLPNettyEncoderFactory;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** IPF's Camel context, and one call through it: request validated, sent, answer validated, answer converted. */
final class Ipf implements AutoCloseable {
    /** Everybody as whom the driver speaks; the names are those of the certificates. */
    static final String TOOLKIT = "toolkit";
    static final String HOSPITAL = "hospital-kita";
    static final String CLINIC = "clinic-kita";
    static final String COMMUNITY = "node-b";
    static final String STRANGER = "stranger";
    static final String EXPIRED = "expired";

    private final CamelContext camel = new DefaultCamelContext();
    private final ProducerTemplate template;
    private final Target target;

    Ipf(Target target, Wallet wallet) throws Exception {
        this.target = target;
        for (String name : new String[] {TOOLKIT, HOSPITAL, CLINIC, COMMUNITY, STRANGER, EXPIRED}) {
            camel.getRegistry().bind(name, wallet.parameters(name));
        }
        HL7MLLPNettyEncoderFactory encoder = new HL7MLLPNettyEncoderFactory();
        encoder.setCharset("UTF-8");
        HL7MLLPNettyDecoderFactory decoder = new HL7MLLPNettyDecoderFactory();
        decoder.setCharset("UTF-8");
        camel.getRegistry().bind("hl7encoder", encoder);
        camel.getRegistry().bind("hl7decoder", decoder);
        camel.getRegistry().bind("correlator", new Correlator());
        template = camel.createProducerTemplate();
    }

    CamelContext camel() {
        return camel;
    }

    void start() {
        camel.start();
    }

    @Override
    public void close() {
        camel.stop();
    }

    /** `scheme://the node/path` as that member. */
    String soap(String scheme, String path, String who) {
        return scheme + "://localhost:" + target.port("https") + path + "?audit=false&secure=true&sslContextParameters=#"
            + who;
    }

    String mllp(String scheme, String who) {
        return scheme + "://localhost:" + target.port("mllp") + "?audit=false&secure=true&sslContextParameters=#" + who;
    }

    <T> T call(String uri, Object body, Processor request, Processor response, Class<T> type) throws Exception {
        return call(uri, body, request, response, type, Map.of());
    }

    <T> T call(String uri, Object body, Processor request, Processor response, Class<T> type, Map<String, Object> headers)
        throws Exception {
        if (request != null) {
            request.process(holding(body));
        }
        Object answer = send(uri, body, headers).getMessage().getBody();
        Exchange judged = holding(answer);
        if (response != null) {
            response.process(judged);
        }
        return camel.getTypeConverter().mandatoryConvertTo(type, judged, answer);
    }

    /** Sends and gives back the exchange as it ended, which for a question that is answered later holds no answer. */
    Exchange send(String uri, Object body, Map<String, Object> headers) throws Exception {
        Exchange asked = holding(body);
        asked.getIn().getHeaders().putAll(headers);
        Exchange answered = template.send(uri, asked);
        if (answered.getException() != null) {
            throw answered.getException();
        }
        return answered;
    }

    private Exchange holding(Object body) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.getIn().setBody(body);
        return exchange;
    }
}
