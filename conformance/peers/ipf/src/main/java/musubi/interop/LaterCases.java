package musubi.interop;

import java.util.Map;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.commons.ihe.xds.core.requests.QueryRegistry;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RetrieveDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.FindDocumentsQuery;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.QueryReturnType;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.platform.camel.ihe.hl7v3.PixPdqV3CamelValidators;
import org.openehealth.ipf.platform.camel.ihe.ws.AbstractWsEndpoint;

/** Another community that is answered on a connection of its own (ITI TF-2 V.3.1.5), or when it suits (deferred XCPD). */
final class LaterCases {
    private final World world;
    private final Inbox inbox;
    private Person person;
    private Papers papers;
    private DocumentEntry letter;

    private LaterCases(World world, Inbox inbox) {
        this.world = world;
        this.inbox = inbox;
    }

    static void run(World world, Report report, Inbox inbox) {
        LaterCases cases = new LaterCases(world, inbox);
        if (!report.prepare("ITI-41", "what another community asks about", cases::publish)) {
            return;
        }
        report.check("ITI-38", "answered on another connection", cases::query);
        report.check("ITI-39", "answered on another connection, the document attached", cases::retrieve);
        report.check("ITI-55", "answered on another connection", cases::discover);
        report.check("ITI-55", "deferred: acknowledged, and answered later", cases::discoverLater);
        report.check("ITI-55", "deferred to an address that nobody agreed on: refused", cases::discoverForSomebodyElse);
        report.check("ITI-56", "this community has records of the patient", cases::locate);
    }

    private void publish() throws Exception {
        person = Person.fresh();
        String cx = world.feed(person, Person.RED, Ipf.TOOLKIT);
        papers = new Papers(Papers.patient(cx.substring(0, cx.indexOf('^')), Person.RED));
        letter = papers.add("later", Papers.bytes("later"));
        world.provided(papers);
        world.target.consent(cx);
    }

    private String reply(String service) {
        return "https://localhost:" + world.target.port("neighbour.port") + "/services/" + service;
    }

    private void ask(String scheme, String path, Object question, String service) throws Exception {
        world.ipf.send(world.ipf.soap(scheme, path, Ipf.COMMUNITY) + "&correlator=#correlator", question,
            Map.of(AbstractWsEndpoint.WSA_REPLYTO_HEADER_NAME, reply(service)));
    }

    private void query() throws Exception {
        FindDocumentsQuery query = World.documentsOf(papers.patient);
        query.setHomeCommunityId(world.target.home());
        QueryRegistry asked = new QueryRegistry(query);
        asked.setReturnType(QueryReturnType.LEAF_CLASS);
        ask("xca-iti38", "/xca/responding", asked, "iti38reply");
        QueryResponse found = Inbox.wait(inbox.queries, QueryResponse.class, answer -> true, "the answer");
        World.success(found);
        Report.equal(found.getDocumentEntries().get(0).getEntryUuid(), letter.getEntryUuid(), "entry");
    }

    private void retrieve() throws Exception {
        RetrieveDocumentSet wanted = new RetrieveDocumentSet();
        wanted.getDocuments().add(world.at(world.target.home(), letter.getUniqueId()));
        ask("xca-iti39", "/xca/responding", wanted, "iti39reply");
        Report.equal(Inbox.wait(inbox.retrieves, String.class, answer -> true, "the answer"), "later", "content");
    }

    private void discover() throws Exception {
        ask("xcpd-iti55", "/xcpd/responding", V3.discovery(world.target.value("neighbour.home"), person), "iti55reply");
        Inbox.wait(inbox.discoveries, String.class, answer -> answer.contains(papers.patient.getId()), "the answer");
    }

    private String defer(String address) throws Exception {
        return world.ipf.call(world.ipf.soap("xcpd-iti55", "/xcpd/responding", Ipf.COMMUNITY) + "&correlator=#correlator",
            V3.deferredDiscovery(world.target.value("neighbour.home"), person, address),
            PixPdqV3CamelValidators.iti55RequestValidator(), null, String.class);
    }

    private void discoverLater() throws Exception {
        String acknowledged = defer(reply("iti55later"));
        Report.that(acknowledged.contains("MCCI_IN000002UV01") && acknowledged.contains("\"AA\""), acknowledged);
        Inbox.wait(inbox.discoveries, String.class, answer -> answer.contains(papers.patient.getId()), "the answer");
    }

    private void discoverForSomebodyElse() throws Exception {
        String refused = defer("https://localhost:1/somewhere-else");
        Report.that(refused.contains("MCCI_IN000002UV01") && refused.contains("\"AE\""), refused);
    }

    private void locate() throws Exception {
        String located = world.ipf.call(world.ipf.soap("xcpd-iti56", "/xcpd/responding", Ipf.COMMUNITY),
            V3.locations(World.cx(papers.patient)), PixPdqV3CamelValidators.iti56RequestValidator(),
            PixPdqV3CamelValidators.iti56ResponseValidator(), String.class);
        Report.that(located.contains(world.target.home()), located);
    }
}
