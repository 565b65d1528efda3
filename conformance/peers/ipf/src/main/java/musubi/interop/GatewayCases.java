package musubi.interop;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Processor;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AvailabilityStatus;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.GetAllQuery;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.GetDocumentsQuery;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.FindDocumentsQuery;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.QueryReturnType;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.StoredQuery;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorCode;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;
import org.openehealth.ipf.platform.camel.ihe.hl7v3.PixPdqV3CamelValidators;
import org.openehealth.ipf.platform.camel.ihe.xds.XdsCamelValidators;

/** IPF as another community that asks this one, with that community's certificate: ITI-38, ITI-39, ITI-55. */
final class GatewayCases {
    private static final String GATEWAY = "/xca/responding";

    private final World world;
    private Person person;
    private Papers papers;
    private DocumentEntry letter;
    private DocumentEntry secret;

    private GatewayCases(World world) {
        this.world = world;
    }

    static void run(World world, Report report) {
        GatewayCases cases = new GatewayCases(world);
        if (!report.prepare("ITI-41", "what another community asks about", cases::publish)) {
            return;
        }
        report.check("ITI-55", "without consent nobody is known", cases::notDiscovered);
        report.check("ITI-38", "without consent there is nothing", cases::notFound);
        report.check("ITI-55", "with consent: who it is, and by which id", cases::discovered);
        report.check("ITI-55", "nobody of that name", cases::unknown);
        report.check("ITI-38", "FindDocuments: what is normal, with home", cases::found);
        report.check("ITI-38", "GetDocuments needs the home", cases::byId);
        report.check("ITI-38", "GetAll and references", cases::all);
        report.check("ITI-38", "another community's home is refused, located here", cases::otherHome);
        report.check("ITI-39", "a document, octet by octet", cases::retrieved);
        report.check("ITI-39", "what the agreement keeps here does not exist", cases::withheld);
        report.check("ITI-39", "no home, another home, nothing there: errors, located here", cases::retrieveErrors);
    }

    private void publish() throws Exception {
        person = Person.fresh();
        String cx = world.feed(person, Person.RED, Ipf.TOOLKIT);
        papers = new Papers(Papers.patient(cx.substring(0, cx.indexOf('^')), Person.RED));
        letter = papers.add("for another region", Papers.bytes("for another region"));
        DocumentEntry restricted = papers.add("restricted", Papers.bytes("restricted"));
        restricted.getConfidentialityCodes().clear();
        restricted.getConfidentialityCodes().add(Papers.RESTRICTED);
        world.provided(papers);
        secret = restricted;
    }

    private String discover(Person who) throws Exception {
        return world.ipf.call(world.ipf.soap("xcpd-iti55", "/xcpd/responding", Ipf.COMMUNITY),
            V3.discovery(world.target.value("neighbour.home"), who), PixPdqV3CamelValidators.iti55RequestValidator(),
            PixPdqV3CamelValidators.iti55ResponseValidator(), String.class);
    }

    private QueryResponse ask(StoredQuery query, QueryReturnType type) throws Exception {
        return world.ask(world.ipf.soap("xca-iti38", GATEWAY, Ipf.COMMUNITY), query, type,
            XdsCamelValidators.iti38RequestValidator(), XdsCamelValidators.iti38ResponseValidator());
    }

    private FindDocumentsQuery documents() {
        FindDocumentsQuery query = World.documentsOf(papers.patient);
        query.setHomeCommunityId(world.target.home());
        return query;
    }

    private static Set<String> ids(QueryResponse found) {
        World.success(found);
        return found.getDocumentEntries().stream().map(DocumentEntry::getEntryUuid).collect(Collectors.toSet());
    }

    private void notDiscovered() throws Exception {
        String answer = discover(person);
        Report.that(answer.contains("\"NF\"") && !answer.contains(papers.patient.getId()), "nobody: " + answer);
    }

    private void notFound() throws Exception {
        Report.equal(ids(ask(documents(), QueryReturnType.LEAF_CLASS)), Set.of(), "entries");
    }

    private void discovered() throws Exception {
        world.target.consent(World.cx(papers.patient));
        String answer = discover(person);
        Report.that(answer.contains("\"OK\"") && answer.contains(papers.patient.getId()), "who it is: " + answer);
    }

    private void unknown() throws Exception {
        Report.that(discover(Person.fresh()).contains("\"NF\""), "nobody");
    }

    private void found() throws Exception {
        QueryResponse found = ask(documents(), QueryReturnType.LEAF_CLASS);
        Report.equal(ids(found), Set.of(letter.getEntryUuid()), "entries");
        Report.equal(found.getDocumentEntries().get(0).getHomeCommunityId(), world.target.home(), "home");
    }

    private void byId() throws Exception {
        GetDocumentsQuery query = new GetDocumentsQuery();
        query.setUuids(List.of(letter.getEntryUuid(), secret.getEntryUuid()));
        query.setHomeCommunityId(world.target.home());
        Report.equal(ids(ask(query, QueryReturnType.LEAF_CLASS)), Set.of(letter.getEntryUuid()), "entries");
        query.setHomeCommunityId(null);
        World.refused(world.ask(world.ipf.soap("xca-iti38", GATEWAY, Ipf.COMMUNITY), query, QueryReturnType.LEAF_CLASS, null,
            XdsCamelValidators.iti38ResponseValidator()), ErrorCode.MISSING_HOME_COMMUNITY_ID);
    }

    private void all() throws Exception {
        GetAllQuery query = new GetAllQuery();
        query.setPatientId(papers.patient);
        List<AvailabilityStatus> approved = List.of(AvailabilityStatus.APPROVED);
        query.setStatusDocuments(approved);
        query.setStatusFolders(approved);
        query.setStatusSubmissionSets(approved);
        query.setHomeCommunityId(world.target.home());
        QueryResponse found = ask(query, QueryReturnType.LEAF_CLASS);
        Report.equal(ids(found), Set.of(letter.getEntryUuid()), "entries");
        QueryResponse references = ask(query, QueryReturnType.OBJECT_REF);
        World.success(references);
        Report.that(!references.getReferences().isEmpty(), "references");
        references.getReferences().forEach(one -> Report.equal(one.getHome(), world.target.home(), "home of a reference"));
    }

    private void otherHome() throws Exception {
        FindDocumentsQuery query = documents();
        query.setHomeCommunityId("urn:oid:2.999.66.6");
        World.refused(ask(query, QueryReturnType.LEAF_CLASS), ErrorCode.UNKNOWN_COMMUNITY);
    }

    private RetrievedDocumentSet fetch(String home, DocumentEntry entry, Processor validator) throws Exception {
        return world.fetch(world.ipf.soap("xca-iti39", GATEWAY, Ipf.COMMUNITY), null, validator,
            world.at(home, entry.getUniqueId()));
    }

    /** No validator: for IPF a location is a home alone; ITI TF-2 3.39.4.1.3 wants the document beside it. */
    private void refusedHere(String home, DocumentEntry entry, ErrorCode code) throws Exception {
        RetrievedDocumentSet got = fetch(home, entry, null);
        World.refused(got, code);
        Report.equal(got.getErrors().get(0).getLocation(), world.target.home() + " " + entry.getUniqueId(), "location");
    }

    private void retrieved() throws Exception {
        RetrievedDocumentSet got = fetch(world.target.home(), letter, XdsCamelValidators.iti39ResponseValidator());
        World.success(got);
        Report.equal(new String(DocumentCases.octets(got.getDocuments().get(0))), "for another region", "content");
        Report.equal(got.getDocuments().get(0).getRequestData().getHomeCommunityId(), world.target.home(), "home");
    }

    private void withheld() throws Exception {
        refusedHere(world.target.home(), secret, ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
    }

    private void retrieveErrors() throws Exception {
        refusedHere(null, letter, ErrorCode.MISSING_HOME_COMMUNITY_ID);
        refusedHere("urn:oid:2.999.66.6", letter, ErrorCode.UNKNOWN_COMMUNITY);
        refusedHere(world.target.home(), Papers.entry(papers.patient, "nowhere"), ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
    }
}
