package musubi.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.namespace.QName;
import org.apache.cxf.binding.soap.SoapHeader;
import org.apache.cxf.headers.Header;
import org.openehealth.ipf.commons.ihe.xds.core.requests.QueryRegistry;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.QueryReturnType;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.platform.camel.ihe.ws.AbstractWsEndpoint;
import org.openehealth.ipf.platform.camel.ihe.xds.XdsCamelValidators;

/** Users' assertions that IPF passes on (ITI-40), and peers that are nobody here. */
final class UserCases {
    private static final String SECURITY =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private static final int TRIES = 20;
    private static final String CLINIC_OID = "2.999.1.1.22";

    private final World world;

    private UserCases(World world) {
        this.world = world;
    }

    static void run(World world, Report report) {
        UserCases cases = new UserCases(world);
        report.check("ITI-40", "a doctor's assertion: answered, and recorded by name", cases::named);
        report.check("ITI-40", "an assertion around another one (wrapped signature): refused", cases::forged);
        report.check("ITI-19", "a valid certificate of nobody: refused with a fault", cases::stranger);
        report.check("ITI-19", "an expired certificate: no connection", cases::expired);
    }

    private String assertion(String user, String... options) throws Exception {
        Path file = Files.createTempFile("assertion", ".xml");
        try {
            List<String> command = new ArrayList<>(List.of("/usr/bin/python3",
                world.target.value("assertions"), file.toString(), "--pki", world.target.value("pki"), "--user", user,
                "--organisation", CLINIC_OID));
            command.addAll(List.of(options));
            Process process = new ProcessBuilder(command).inheritIO().start();
            Report.equal(process.waitFor(), 0, "exit of the assertion's maker");
            return Files.readString(file);
        } finally {
            Files.delete(file);
        }
    }

    private QueryResponse ask(String assertion) throws Exception {
        String wrapped = "<wsse:Security xmlns:wsse=\"" + SECURITY + "\">" + assertion + "</wsse:Security>";
        SoapHeader header = new SoapHeader(new QName(SECURITY, "Security"), Question.parse(wrapped).getDocumentElement());
        header.setDirection(Header.Direction.DIRECTION_OUT);
        return world.ipf.call(world.ipf.soap("xds-iti18", World.REGISTRY, Ipf.CLINIC),
            new QueryRegistry(World.documentsOf(world.patient())), XdsCamelValidators.iti18RequestValidator(),
            XdsCamelValidators.iti18ResponseValidator(), QueryResponse.class,
            Map.of(AbstractWsEndpoint.OUTGOING_SOAP_HEADERS, List.of(header)));
    }

    private void named() throws Exception {
        String user = "dr-" + Person.freshTag();
        World.success(ask(assertion(user)));
        String recorded = "";
        for (int i = 0; i < TRIES && !recorded.contains(user); i++) {
            recorded = world.target.operator("audit", "search", "--member", Ipf.CLINIC, "--transaction", "ITI-18",
                "--format", "json");
        }
        Report.that(recorded.contains(user), "a record of " + user + ": " + recorded);
    }

    private void forged() throws Exception {
        refused(() -> ask(assertion("dr-aoba", "--forged")), "a forged assertion");
    }

    private void stranger() throws Exception {
        refused(() -> world.query(World.documentsOf(Papers.patient("X", Person.RED)),
            QueryReturnType.LEAF_CLASS, Ipf.STRANGER), "a stranger");
    }

    private void expired() throws Exception {
        refused(() -> world.query(World.documentsOf(Papers.patient("X", Person.RED)),
            QueryReturnType.LEAF_CLASS, Ipf.EXPIRED),
            "an expired certificate");
    }

    private static void refused(Report.Case call, String what) {
        try {
            call.run();
        } catch (Exception expected) {
            return;
        }
        throw new AssertionError(what + " was let in");
    }
}
