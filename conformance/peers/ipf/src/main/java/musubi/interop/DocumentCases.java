package musubi.interop;

import java.util.Arrays;
import java.util.List;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Association;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AssociationType;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AvailabilityStatus;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Identifiable;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.FindDocumentsQuery;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorCode;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocument;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Status;

/** IPF as document source, repository and consumer: ITI-41, ITI-42, ITI-43. */
final class DocumentCases {
    private static final int LARGE_OCTETS = 5_000_000;

    private final World world;

    private DocumentCases(World world) {
        this.world = world;
    }

    static void run(World world, Report report) {
        DocumentCases cases = new DocumentCases(world);
        report.check("ITI-41", "one document, found and read again octet by octet", cases::one);
        report.check("ITI-41", "two documents and a folder in one submission", cases::several);
        report.check("ITI-41", "text in Japanese comes back as it was sent", cases::japanese);
        report.check("ITI-41", "five megabytes", cases::large);
        report.check("ITI-41", "a replacement deprecates what it replaces", cases::replacement);
        report.check("ITI-41", "an addendum to a document", cases::addendum);
        report.check("ITI-41", "a patient whom nobody fed is refused", cases::unknownPatient);
        report.check("ITI-41", "a code of no value set is refused", cases::unknownCode);
        report.check("ITI-41", "the unique id of another document is refused", cases::repeatedId);
        report.check("ITI-42", "entries with hash and size, as a repository registers them", cases::registered);
        report.check("ITI-43", "two documents in one request", cases::retrieveTwo);
        report.check("ITI-43", "an id that nobody has: XDSDocumentUniqueIdError", cases::retrieveNothing);
        report.check("ITI-43", "one there and one not: partial success", cases::retrievePartly);
        report.check("ITI-43", "another repository: XDSUnknownRepositoryId", cases::retrieveElsewhere);
    }

    private DocumentEntry only(Identifiable patient) throws Exception {
        QueryResponse found = world.query(World.documentsOf(patient));
        World.success(found);
        Report.equal(found.getDocumentEntries().size(), 1, "entries found");
        return found.getDocumentEntries().get(0);
    }

    private void reads(String uniqueId, byte[] expected) throws Exception {
        RetrievedDocumentSet got = world.retrieve(Ipf.TOOLKIT, world.at(uniqueId));
        World.success(got);
        Report.equal(got.getDocuments().size(), 1, "documents");
        Report.that(Arrays.equals(octets(got.getDocuments().get(0)), expected), "the same octets");
    }

    static byte[] octets(RetrievedDocument document) throws Exception {
        try (var in = document.getDataHandler().getInputStream()) {
            return in.readAllBytes();
        }
    }

    private void one() throws Exception {
        Papers papers = new Papers(world.patient());
        DocumentEntry sent = papers.add("one", Papers.bytes("hello from IPF"));
        world.provided(papers);
        DocumentEntry found = only(papers.patient);
        Report.equal(found.getUniqueId(), sent.getUniqueId(), "uniqueId");
        Report.equal(found.getEntryUuid(), sent.getEntryUuid(), "entryUUID");
        Report.equal(found.getRepositoryUniqueId(), world.target.repository(), "repositoryUniqueId");
        Report.equal(found.getSize(), 14L, "size");
        Report.equal(found.getClassCode().getCode(), sent.getClassCode().getCode(), "classCode");
        Report.equal(found.getClassCode().getSchemeName(), sent.getClassCode().getSchemeName(), "classCode's scheme");
        Report.equal(found.getClassCode().getDisplayName().getValue(), sent.getClassCode().getDisplayName().getValue(),
            "classCode's name");
        Report.equal(found.getAuthors(), sent.getAuthors(), "authors");
        Report.equal(found.getSourcePatientInfo(), sent.getSourcePatientInfo(), "sourcePatientInfo");
        reads(sent.getUniqueId(), Papers.bytes("hello from IPF"));
    }

    private void several() throws Exception {
        Papers papers = new Papers(world.patient());
        DocumentEntry first = papers.add("first", Papers.bytes("1"));
        papers.add("second", Papers.bytes("2"));
        papers.put(papers.folder("both"), first);
        world.provided(papers);
        Report.equal(world.query(World.documentsOf(papers.patient)).getDocumentEntries().size(), 2, "entries");
    }

    private void japanese() throws Exception {
        Papers papers = new Papers(world.patient());
        DocumentEntry sent = papers.add("診療情報提供書（髙橋）𠮷", Papers.bytes("主訴：頭痛"));
        sent.setComments(Papers.text("一行目\n二行目"));
        world.provided(papers);
        DocumentEntry found = only(papers.patient);
        Report.equal(found.getTitle(), sent.getTitle(), "title");
        Report.equal(found.getComments(), sent.getComments(), "comments");
        reads(sent.getUniqueId(), Papers.bytes("主訴：頭痛"));
    }

    private void large() throws Exception {
        byte[] content = new byte[LARGE_OCTETS];
        new java.util.Random(1).nextBytes(content);
        Papers papers = new Papers(world.patient());
        DocumentEntry sent = papers.add("large", content);
        sent.setMimeType("application/pdf");
        world.provided(papers);
        Report.equal(only(papers.patient).getSize(), (long) LARGE_OCTETS, "size");
        reads(sent.getUniqueId(), content);
    }

    private void replacement() throws Exception {
        Papers old = new Papers(world.patient());
        DocumentEntry replaced = old.add("old", Papers.bytes("old"));
        world.provided(old);
        Papers papers = new Papers(old.patient);
        DocumentEntry entry = papers.add("new", Papers.bytes("new"));
        papers.link(AssociationType.REPLACE, entry.getEntryUuid(), replaced.getEntryUuid());
        world.provided(papers);
        Report.equal(only(papers.patient).getEntryUuid(), entry.getEntryUuid(), "the approved entry");
        FindDocumentsQuery query = World.documentsOf(papers.patient);
        query.setStatus(List.of(AvailabilityStatus.DEPRECATED));
        QueryResponse deprecated = world.query(query);
        Report.equal(deprecated.getDocumentEntries().size(), 1, "deprecated entries");
        Report.equal(deprecated.getDocumentEntries().get(0).getEntryUuid(), replaced.getEntryUuid(), "the deprecated entry");
    }

    private void addendum() throws Exception {
        Papers first = new Papers(world.patient());
        DocumentEntry main = first.add("main", Papers.bytes("main"));
        world.provided(first);
        Papers papers = new Papers(first.patient);
        DocumentEntry entry = papers.add("addendum", Papers.bytes("addendum"));
        Association link = papers.link(AssociationType.APPEND, entry.getEntryUuid(), main.getEntryUuid());
        world.provided(papers);
        Report.that(!link.getEntryUuid().isEmpty(), "an association");
        Report.equal(world.query(World.documentsOf(papers.patient)).getDocumentEntries().size(), 2, "approved entries");
    }

    private void unknownPatient() throws Exception {
        Papers papers = new Papers(Papers.patient(Person.freshId(), Person.RED));
        papers.add("nobody's", Papers.bytes("x"));
        World.refused(world.provide(papers.provide(), Ipf.TOOLKIT), ErrorCode.UNKNOWN_PATIENT_ID);
    }

    private void unknownCode() throws Exception {
        Papers papers = new Papers(world.patient());
        papers.add("odd", Papers.bytes("x")).setTypeCode(Papers.code("no-such-code", "2.16.840.1.113883.6.1"));
        Report.equal(world.provide(papers.provide(), Ipf.TOOLKIT).getStatus(), Status.FAILURE, "status");
        Report.equal(world.query(World.documentsOf(papers.patient)).getDocumentEntries().size(), 0, "entries left behind");
    }

    private void repeatedId() throws Exception {
        Papers papers = new Papers(world.patient());
        DocumentEntry first = papers.add("first", Papers.bytes("first"));
        world.provided(papers);
        Papers again = new Papers(papers.patient);
        again.add("second", Papers.bytes("another content")).setUniqueId(first.getUniqueId());
        Report.equal(world.provide(again.provide(), Ipf.TOOLKIT).getStatus(), Status.FAILURE, "status");
        reads(first.getUniqueId(), Papers.bytes("first"));
    }

    private void registered() throws Exception {
        Papers papers = new Papers(world.patient());
        DocumentEntry sent = papers.add("registered", Papers.bytes("kept elsewhere"));
        World.success(world.register(papers.register(world.target.repository())));
        DocumentEntry found = only(papers.patient);
        Report.equal(found.getHash(), sent.getHash(), "hash");
        Report.equal(found.getSize(), sent.getSize(), "size");
    }

    private void retrieveTwo() throws Exception {
        Papers papers = new Papers(world.patient());
        DocumentEntry first = papers.add("first", Papers.bytes("the first"));
        DocumentEntry second = papers.add("second", Papers.bytes("the second"));
        world.provided(papers);
        RetrievedDocumentSet got = world.retrieve(Ipf.TOOLKIT, world.at(first.getUniqueId()), world.at(second.getUniqueId()));
        World.success(got);
        Report.equal(got.getDocuments().size(), 2, "documents");
        for (RetrievedDocument document : got.getDocuments()) {
            boolean isFirst = document.getRequestData().getDocumentUniqueId().equals(first.getUniqueId());
            Report.equal(new String(octets(document)), isFirst ? "the first" : "the second", "content");
            Report.equal(document.getMimeType(), "text/plain", "mimeType");
        }
    }

    private void retrieveNothing() throws Exception {
        World.refused(world.retrieve(Ipf.TOOLKIT, world.at(Papers.oid())), ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
    }

    private void retrievePartly() throws Exception {
        Papers papers = new Papers(world.patient());
        DocumentEntry there = papers.add("there", Papers.bytes("there"));
        world.provided(papers);
        RetrievedDocumentSet got = world.retrieve(Ipf.TOOLKIT, world.at(there.getUniqueId()), world.at(Papers.oid()));
        Report.equal(got.getStatus(), Status.PARTIAL_SUCCESS, "status");
        Report.equal(got.getDocuments().size(), 1, "documents");
        Report.equal(got.getErrors().get(0).getErrorCode(), ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, "error");
    }

    private void retrieveElsewhere() throws Exception {
        var wanted = world.at(Papers.oid());
        wanted.setRepositoryUniqueId("2.999.66.6");
        World.refused(world.retrieve(Ipf.TOOLKIT, wanted), ErrorCode.UNKNOWN_REPOSITORY_ID);
    }
}
