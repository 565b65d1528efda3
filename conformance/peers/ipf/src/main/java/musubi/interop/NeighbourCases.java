package musubi.interop;

import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.Processor;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.commons.ihe.xds.core.requests.DocumentReference;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.FindDocumentsQuery;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.QueryReturnType;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorCode;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorInfo;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Response;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Status;
import org.openehealth.ipf.platform.camel.ihe.xds.XdsCamelValidators;

/** The node's initiating gateway with IPF as its neighbour, well-behaved and not: what harms nobody else is told by name. */
final class NeighbourCases {
    /** Who it is, its documents, and again for the one that is then fetched, and the fetching. */
    private static final long ASYNCHRONOUS_ANSWERS = 5;
    private static final String GATEWAY = "/xca/initiating";

    private final World world;
    private final Neighbour neighbour;
    private Papers papers;
    private DocumentEntry own;

    private NeighbourCases(World world, Neighbour neighbour) {
        this.world = world;
        this.neighbour = neighbour;
    }

    static void run(World world, Report report, Neighbour neighbour) {
        NeighbourCases cases = new NeighbourCases(world, neighbour);
        if (!report.prepare("ITI-41", "a patient of both communities", cases::publish)) {
            return;
        }
        report.check("ITI-18", "gateway: who it is there, and the documents of both communities", cases::both);
        report.check("ITI-18", "gateway: the neighbour alone, by its home", cases::neighbourAlone);
        report.check("ITI-43", "gateway: documents of both communities in one request", cases::fetchBoth);
        report.check("ITI-55", "gateway: the neighbour knows nobody of that name, and is not asked further", cases::nobody);
        report.check("ITI-55", "gateway: the neighbour knows several, and nobody guesses", cases::several);
        cases.faulty(report, Neighbour.Mode.LATE, "an answer that comes too late", 0, ErrorCode.UNAVAILABLE_COMMUNITY);
        cases.faulty(report, Neighbour.Mode.EXCEPTION, "an exception of the neighbour", 0, ErrorCode.REGISTRY_ERROR);
        cases.faulty(report, Neighbour.Mode.FAILURE, "Failure, busy", 0, ErrorCode.REGISTRY_BUSY);
        cases.faulty(report, Neighbour.Mode.PARTIAL, "partial success of its own", 2, ErrorCode.REGISTRY_BUSY);
        cases.faulty(report, Neighbour.Mode.NO_HOME, "an entry without home", 1, ErrorCode.MISSING_HOME_COMMUNITY_ID);
        cases.faulty(report, Neighbour.Mode.WRONG_HOME, "an entry of somebody else's home", 1, ErrorCode.UNKNOWN_COMMUNITY);
        cases.faulty(report, Neighbour.Mode.OTHER_PATIENT, "an entry of another patient", 1, ErrorCode.REGISTRY_ERROR);
        cases.faulty(report, Neighbour.Mode.MANY, "ten thousand entries", 0, ErrorCode.UNAVAILABLE_COMMUNITY);
        report.check("ITI-18", "gateway: a neighbour that has nothing", cases::nothing);
        report.check("ITI-38", "gateway: a neighbour that answers on a connection of its own", cases::asynchronous);
        cases.faultyFetch(report, Neighbour.Mode.LATE, "an answer that comes too late", ErrorCode.UNAVAILABLE_COMMUNITY);
        cases.faultyFetch(report, Neighbour.Mode.NOTHING, "a document that is not there", ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
        cases.faultyFetch(report, Neighbour.Mode.FAILURE, "Failure, busy", ErrorCode.REPOSITORY_BUSY);
        cases.faultyFetch(report, Neighbour.Mode.WRONG_HOME, "a document of somebody else's home", ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
        cases.faultyFetch(report, Neighbour.Mode.OTHER_PATIENT, "another document than was asked for",
            ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
        cases.faultyFetch(report, Neighbour.Mode.EXCEPTION, "an exception of the neighbour", ErrorCode.REPOSITORY_ERROR);
    }

    private String theirs() {
        return world.target.value("neighbour.home");
    }

    private void publish() throws Exception {
        String cx = world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        papers = new Papers(Papers.patient(cx.substring(0, cx.indexOf('^')), Person.RED));
        DocumentEntry entry = papers.add("at home", Papers.bytes("at home"));
        world.provided(papers);
        world.target.consent(cx);
        own = entry;
    }

    private QueryResponse find(FindDocumentsQuery query, Processor validator) throws Exception {
        return world.ask(world.ipf.soap("xds-iti18", GATEWAY, Ipf.TOOLKIT), query, QueryReturnType.LEAF_CLASS,
            XdsCamelValidators.iti18RequestValidator(), validator);
    }

    /** No validator: IPF wants the entries of one answer to be of one patient id, and each community has its own. */
    private QueryResponse everywhere() throws Exception {
        return find(World.documentsOf(papers.patient), null);
    }

    private static long of(String home, QueryResponse found) {
        return found.getDocumentEntries().stream().filter(entry -> home.equals(entry.getHomeCommunityId())).count();
    }

    private void both() throws Exception {
        neighbour.behave(Neighbour.Mode.GOOD);
        QueryResponse found = everywhere();
        World.success(found);
        Report.equal(of(world.target.home(), found), 1L, "own entries");
        Report.equal(of(theirs(), found), 2L, "the neighbour's entries");
        Report.equal(neighbour.heard(), List.of("ITI-55", "ITI-38"), "what the neighbour was asked");
    }

    private QueryResponse atNeighbour() throws Exception {
        neighbour.behave(Neighbour.Mode.GOOD);
        FindDocumentsQuery query = World.documentsOf(papers.patient);
        query.setHomeCommunityId(theirs());
        return find(query, XdsCamelValidators.iti18ResponseValidator());
    }

    private void neighbourAlone() throws Exception {
        QueryResponse found = atNeighbour();
        World.success(found);
        Report.equal(of(theirs(), found), 2L, "the neighbour's entries");
        Report.equal(found.getDocumentEntries().size(), 2, "entries");
    }

    private DocumentReference theirDocument() throws Exception {
        DocumentReference wanted = world.at(theirs(), atNeighbour().getDocumentEntries().get(0).getUniqueId());
        wanted.setRepositoryUniqueId(Neighbour.REPOSITORY);
        return wanted;
    }

    private RetrievedDocumentSet fetch(DocumentReference... wanted) throws Exception {
        return world.fetch(world.ipf.soap("xds-iti43", GATEWAY, Ipf.TOOLKIT), XdsCamelValidators.iti43RequestValidator(),
            XdsCamelValidators.iti43ResponseValidator(), wanted);
    }

    private void fetchBoth() throws Exception {
        DocumentReference theirs = theirDocument();
        RetrievedDocumentSet got = fetch(theirs, world.at(world.target.home(), own.getUniqueId()));
        World.success(got);
        Report.equal(got.getDocuments().size(), 2, "documents");
        for (var document : got.getDocuments()) {
            boolean isOwn = document.getRequestData().getDocumentUniqueId().equals(own.getUniqueId());
            Report.equal(new String(DocumentCases.octets(document)), isOwn ? "at home"
                : new String(Neighbour.content(theirs.getDocumentUniqueId())), "content");
        }
    }

    /** A patient of his own each time: what a community said of somebody may be kept. */
    private QueryResponse ofSomebodyElse(Neighbour.Mode mode) throws Exception {
        neighbour.behave(mode);
        String cx = world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        world.target.consent(cx);
        return find(World.documentsOf(Papers.patient(cx.substring(0, cx.indexOf('^')), Person.RED)),
            XdsCamelValidators.iti18ResponseValidator());
    }

    private void nobody() throws Exception {
        World.success(ofSomebodyElse(Neighbour.Mode.NOBODY));
        Report.equal(neighbour.heard(), List.of("ITI-55"), "what the neighbour was asked");
    }

    private void several() throws Exception {
        QueryResponse found = ofSomebodyElse(Neighbour.Mode.SEVERAL);
        Report.equal(neighbour.heard(), List.of("ITI-55"), "what the neighbour was asked");
        toldOfQuery(found, ErrorCode.REGISTRY_ERROR);
    }

    /** The error names the neighbour: in its location, and in words at the front of its context. */
    private ErrorInfo told(Response response, ErrorCode code) {
        ErrorInfo error = response.getErrors().stream().filter(one -> one.getErrorCode() == code).findFirst()
            .orElseThrow(() -> new AssertionError(code + " among " + response.getErrors()));
        Report.that(error.getCodeContext().contains("minami"), "context: " + error);
        return error;
    }

    private void toldOfQuery(Response response, ErrorCode code) {
        Report.equal(told(response, code).getLocation(), theirs(), "location");
    }

    private void faulty(Report report, Neighbour.Mode mode, String name, int entries, ErrorCode code) {
        report.check("ITI-38", "gateway: " + name, () -> {
            neighbour.behave(mode);
            QueryResponse found = everywhere();
            Report.equal(found.getStatus(), Status.PARTIAL_SUCCESS, "status");
            Report.equal(of(world.target.home(), found), 1L, "own entries");
            Report.equal(of(theirs(), found), (long) entries, "the neighbour's entries");
            Report.equal(found.getDocumentEntries().size(), 1 + entries, "entries");
            toldOfQuery(found, code);
        });
    }

    private void asynchronous() throws Exception {
        try (Directory changed = new Directory(world.target, "asynchronous: true")) {
            both();
            fetchBoth();
            Report.that(metric("musubi_xca_async_replies_total") >= ASYNCHRONOUS_ANSWERS, "answers at /async/reply");
        }
    }

    /** The sum of a counter of the node over all its labels. */
    private long metric(String name) throws Exception {
        URI metrics = URI.create("http://127.0.0.1:" + world.target.port("operator") + "/metrics");
        try (InputStream in = metrics.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> line.startsWith(name + "{"))
                .mapToLong(line -> Math.round(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))).sum();
        }
    }

    private void nothing() throws Exception {
        neighbour.behave(Neighbour.Mode.NOTHING);
        QueryResponse found = everywhere();
        World.success(found);
        Report.equal(found.getDocumentEntries().size(), 1, "entries");
    }

    private void faultyFetch(Report report, Neighbour.Mode mode, String name, ErrorCode code) {
        report.check("ITI-39", "gateway: " + name, () -> {
            DocumentReference wanted = theirDocument();
            neighbour.behave(mode);
            RetrievedDocumentSet got = fetch(wanted, world.at(world.target.home(), own.getUniqueId()));
            Report.equal(got.getStatus(), Status.PARTIAL_SUCCESS, "status");
            Report.equal(got.getDocuments().size(), 1, "documents");
            Report.equal(new String(DocumentCases.octets(got.getDocuments().get(0))), "at home", "content");
            Report.equal(told(got, code).getLocation(), wanted.getDocumentUniqueId(), "location");
        });
    }
}
