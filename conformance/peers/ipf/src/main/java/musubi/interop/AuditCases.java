package musubi.interop;

import javax.net.ssl.SSLContext;
import org.openehealth.ipf.commons.audit.DefaultAuditContext;
import org.openehealth.ipf.commons.audit.protocol.TLSSyslogSenderImpl;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.platform.camel.ihe.hl7v3.PixPdqV3CamelValidators;
import org.openehealth.ipf.platform.camel.ihe.mllp.PixPdqCamelValidators;
import org.openehealth.ipf.commons.ihe.xds.core.requests.QueryRegistry;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RetrieveDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Response;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;

/** IPF's own audit messages at the node's audit record repository (ITI-20, syslog over TLS), found again by its operator. */
final class AuditCases {
    private static final int TRIES = 60;
    private static final long PAUSE_MS = 250;

    private final World world;
    private String cx;
    private Papers papers;
    private DocumentEntry letter;

    private AuditCases(World world) {
        this.world = world;
    }

    static void run(World world, Report report, Wallet wallet) throws Exception {
        AuditCases cases = new AuditCases(world);
        SSLContext context = wallet.context(Ipf.TOOLKIT);
        TLSSyslogSenderImpl sender = new TLSSyslogSenderImpl(clientAuthentication -> context);
        DefaultAuditContext audit = new DefaultAuditContext();
        audit.setAuditEnabled(true);
        audit.setAuditRepositoryHost("localhost");
        audit.setAuditRepositoryPort(world.target.port("syslog"));
        audit.setAuditTransmissionProtocol(sender);
        audit.setAuditSourceId("IPF");
        audit.setAuditEnterpriseSiteId("INTEROP");
        world.ipf.camel().getRegistry().bind("atna", audit);
        try {
            report.check("ITI-20", "of a feed (ITI-8)", cases::ofFeed);
            report.check("ITI-20", "of a feed in HL7 v3 (ITI-44)", cases::ofFeedV3);
            report.check("ITI-20", "of a submission (ITI-41)", cases::ofSubmission);
            report.check("ITI-20", "of a query (ITI-18)", cases::ofQuery);
            report.check("ITI-20", "of a retrieve (ITI-43)", cases::ofRetrieve);
            report.check("ITI-20", "of a PIX query (ITI-9)", cases::ofCrossReferences);
            report.check("ITI-20", "of a PIX query in HL7 v3 (ITI-45)", cases::ofCrossReferencesV3);
        } finally {
            sender.shutdown();
        }
    }

    private static String audited(String uri) {
        return uri.replace("audit=false", "auditContext=#atna");
    }

    /** A record that came by TLS, of that transaction and patient, from IPF. */
    private void found(String transaction) throws Exception {
        String printed = "";
        for (int i = 0; i < TRIES; i++) {
            printed = world.target.operator("audit", "search", "--patient", cx, "--format", "json");
            for (String line : printed.split("\n")) {
                if (line.contains("\"received\": \"tls\"") && line.contains("\"transaction\": \"" + transaction + "\"")) {
                    Report.that(line.contains("\"organisation\": \"" + Ipf.TOOLKIT + "\""), "the sender's member code: " + line);
                    return;
                }
            }
            Thread.sleep(PAUSE_MS);
        }
        throw new AssertionError("no record of " + transaction + " that came by TLS in " + printed);
    }

    private void ofFeed() throws Exception {
        Person person = Person.fresh();
        cx = Person.cx(Person.freshId(), Person.RED);
        world.ipf.call(audited(world.ipf.mllp("pix-iti8", Ipf.TOOLKIT)), V2.feed("A04", person, cx), null,
            PixPdqCamelValidators.iti8ResponseValidator(), String.class);
        found("ITI-8");
    }

    private void ofFeedV3() throws Exception {
        cx = Person.cx(Person.freshId(), Person.RED);
        world.ipf.call(audited(world.ipf.soap("pixv3-iti44", "/pix/manager", Ipf.TOOLKIT)),
            V3.feed("PRPA_IN201301UV02", Person.fresh(), cx), null, PixPdqV3CamelValidators.iti44ResponseValidator(),
            String.class);
        found("ITI-44");
    }

    private void ofSubmission() throws Exception {
        papers = new Papers(world.patient());
        cx = World.cx(papers.patient);
        letter = papers.add("recorded", Papers.bytes("recorded"));
        World.success(world.ipf.call(audited(world.ipf.soap("xds-iti41", World.REPOSITORY, Ipf.TOOLKIT)), papers.provide(),
            null, null, Response.class));
        found("ITI-41");
    }

    private void ofQuery() throws Exception {
        World.success(world.ipf.call(audited(world.ipf.soap("xds-iti18", World.REGISTRY, Ipf.TOOLKIT)),
            new QueryRegistry(World.documentsOf(papers.patient)), null, null, QueryResponse.class));
        found("ITI-18");
    }

    private void ofRetrieve() throws Exception {
        RetrieveDocumentSet wanted = new RetrieveDocumentSet();
        wanted.getDocuments().add(world.at(letter.getUniqueId()));
        World.success(world.ipf.call(audited(world.ipf.soap("xds-iti43", World.REPOSITORY, Ipf.TOOLKIT)), wanted, null, null,
            RetrievedDocumentSet.class));
        // A consumer's record names the document and not the patient, whom it does not know.
        String printed = "";
        for (int i = 0; i < TRIES; i++) {
            printed = world.target.operator("audit", "search", "--member", Ipf.TOOLKIT, "--transaction", "ITI-43",
                "--format", "json");
            if (printed.lines().anyMatch(line -> line.contains("\"received\": \"tls\"") && line.contains(letter.getUniqueId()))) {
                return;
            }
            Thread.sleep(PAUSE_MS);
        }
        throw new AssertionError("no record of the retrieve that came by TLS in " + printed);
    }

    private void ofCrossReferences() throws Exception {
        cx = world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        world.ipf.call(audited(world.ipf.mllp("pix-iti9", Ipf.TOOLKIT)), V2.crossReferences(cx, ""), null, null,
            String.class);
        found("ITI-9");
    }

    private void ofCrossReferencesV3() throws Exception {
        cx = world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        world.ipf.call(audited(world.ipf.soap("pixv3-iti45", "/pix/manager", Ipf.TOOLKIT)), V3.crossReferences(cx, ""), null,
            null, String.class);
        found("ITI-45");
    }
}
