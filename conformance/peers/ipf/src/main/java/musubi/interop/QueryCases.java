package musubi.interop;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AssociationType;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AvailabilityStatus;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Folder;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.ReferenceId;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.*;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorCode;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.platform.camel.ihe.xds.XdsCamelValidators;

/** IPF as consumer: the stored queries of ITI-18 and ITI-51, each validated on its way out and back. */
final class QueryCases {
    private final World world;
    private Papers papers;
    private Papers later;
    private DocumentEntry letter;
    private DocumentEntry secret;
    private DocumentEntry addendum;
    private Folder folder;

    private QueryCases(World world) {
        this.world = world;
    }

    static void run(World world, Report report) {
        QueryCases cases = new QueryCases(world);
        if (!report.prepare("ITI-41", "what the queries are asked about", cases::publish)) {
            return;
        }
        report.check("ITI-18", "FindDocuments", cases::findDocuments);
        report.check("ITI-18", "FindDocuments, references alone", cases::findReferences);
        report.check("ITI-18", "FindDocuments by codes, times, author", cases::findBySomeCriteria);
        report.check("ITI-18", "FindDocuments, codes that must all be there", cases::findByAllOf);
        report.check("ITI-18", "FindDocumentsByReferenceId", cases::findByReference);
        report.check("ITI-18", "FindSubmissionSets", cases::findSets);
        report.check("ITI-18", "FindFolders", cases::findFolders);
        report.check("ITI-18", "GetAll", cases::getAll);
        report.check("ITI-18", "GetDocuments by entryUUID and by uniqueId", cases::getDocuments);
        report.check("ITI-18", "GetFolders", cases::getFolders);
        report.check("ITI-18", "GetAssociations", cases::getAssociations);
        report.check("ITI-18", "GetDocumentsAndAssociations", cases::getDocumentsAndAssociations);
        report.check("ITI-18", "GetSubmissionSets", cases::getSets);
        report.check("ITI-18", "GetSubmissionSetAndContents", cases::getSetAndContents);
        report.check("ITI-18", "GetFolderAndContents", cases::getFolderAndContents);
        report.check("ITI-18", "GetFoldersForDocument", cases::getFoldersForDocument);
        report.check("ITI-18", "GetRelatedDocuments", cases::getRelated);
        report.check("ITI-18", "a patient whom nobody knows: nothing", cases::nobody);
        report.check("ITI-18", "a query that no registry knows is refused", cases::unknownQuery);
        report.check("ITI-18", "without consent another member finds nothing, with it all that is normal", cases::consent);
        report.check("ITI-51", "FindDocumentsForMultiplePatients", cases::severalPatients);
        report.check("ITI-51", "FindFoldersForMultiplePatients", cases::foldersOfSeveral);
    }

    private void publish() throws Exception {
        papers = new Papers(world.patient());
        letter = papers.add("letter", Papers.bytes("letter"));
        letter.getReferenceIdList().add(Papers.accession("IPF-1"));
        secret = papers.add("restricted", Papers.bytes("restricted"));
        secret.getConfidentialityCodes().clear();
        secret.getConfidentialityCodes().add(Papers.RESTRICTED);
        secret.setCreationTime("20101231");
        folder = papers.folder("folder");
        papers.put(folder, letter);
        world.provided(papers);
        Papers second = new Papers(papers.patient);
        addendum = second.add("addendum", Papers.bytes("addendum"));
        second.link(AssociationType.APPEND, addendum.getEntryUuid(), letter.getEntryUuid());
        world.provided(second);
        later = second;
    }

    private static Set<String> ids(QueryResponse found) {
        World.success(found);
        return found.getDocumentEntries().stream().map(DocumentEntry::getEntryUuid).collect(Collectors.toSet());
    }

    private void finds(StoredQuery query, DocumentEntry... expected) throws Exception {
        Report.equal(ids(world.query(query)), List.of(expected).stream().map(DocumentEntry::getEntryUuid)
            .collect(Collectors.toSet()), "entries");
    }

    private void findDocuments() throws Exception {
        finds(World.documentsOf(papers.patient), letter, secret, addendum);
    }

    private void findReferences() throws Exception {
        QueryResponse found = world.query(World.documentsOf(papers.patient), QueryReturnType.OBJECT_REF, Ipf.TOOLKIT);
        World.success(found);
        Report.equal(found.getReferences().size(), 3, "references");
        Report.equal(found.getDocumentEntries().size(), 0, "entries");
    }

    private void findBySomeCriteria() throws Exception {
        FindDocumentsQuery query = World.documentsOf(papers.patient);
        query.setClassCodes(List.of(Papers.REPORTS, Papers.code("SUMMARIES", "1.3.6.1.4.1.19376.1.2.6.1")));
        query.setTypeCodes(List.of(Papers.CONSULTATION));
        query.setPracticeSettingCodes(List.of(Papers.CARDIOLOGY));
        query.setHealthcareFacilityTypeCodes(List.of(Papers.HOSPITAL));
        query.setFormatCodes(List.of(Papers.GENERIC));
        query.getCreationTime().setFrom("2010");
        query.getCreationTime().setTo("2011");
        query.getServiceStartTime().setFrom("20041223");
        query.getServiceStopTime().setTo("20041224");
        query.setAuthorPersons(List.of("%Yamada%"));
        finds(query, secret);
        query.setAuthorPersons(List.of("%Suzuki%"));
        finds(query);
    }

    private void findByAllOf() throws Exception {
        FindDocumentsQuery query = World.documentsOf(papers.patient);
        query.setConfidentialityCodes(new QueryList<>());
        query.getConfidentialityCodes().getOuterList().add(List.of(Papers.NORMAL, Papers.RESTRICTED));
        query.getConfidentialityCodes().getOuterList().add(List.of(Papers.RESTRICTED));
        finds(query, secret);
    }

    private void findByReference() throws Exception {
        FindDocumentsByReferenceIdQuery query = new FindDocumentsByReferenceIdQuery();
        query.setPatientId(papers.patient);
        query.setStatus(List.of(AvailabilityStatus.APPROVED));
        QueryList<ReferenceId> wanted = new QueryList<>();
        wanted.getOuterList().add(List.of(Papers.accession("IPF-1")));
        query.setTypedReferenceIds(wanted);
        finds(query, letter);
    }

    private void findSets() throws Exception {
        FindSubmissionSetsQuery query = new FindSubmissionSetsQuery();
        query.setPatientId(papers.patient);
        query.setStatus(List.of(AvailabilityStatus.APPROVED));
        query.setSourceIds(List.of("2.999.77.2"));
        query.getSubmissionTime().setFrom("2004");
        QueryResponse found = world.query(query);
        World.success(found);
        Report.equal(found.getSubmissionSets().size(), 2, "sets");
    }

    private void findFolders() throws Exception {
        FindFoldersQuery query = new FindFoldersQuery();
        query.setPatientId(papers.patient);
        query.setStatus(List.of(AvailabilityStatus.APPROVED));
        QueryResponse found = world.query(query);
        World.success(found);
        Report.equal(found.getFolders().get(0).getEntryUuid(), folder.getEntryUuid(), "folder");
        Report.that(found.getFolders().get(0).getLastUpdateTime() != null, "lastUpdateTime");
    }

    private void getAll() throws Exception {
        GetAllQuery query = new GetAllQuery();
        query.setPatientId(papers.patient);
        List<AvailabilityStatus> approved = List.of(AvailabilityStatus.APPROVED);
        query.setStatusDocuments(approved);
        query.setStatusFolders(approved);
        query.setStatusSubmissionSets(approved);
        QueryResponse found = world.query(query);
        World.success(found);
        Report.equal(found.getDocumentEntries().size(), 3, "entries");
        Report.equal(found.getFolders().size(), 1, "folders");
        Report.equal(found.getSubmissionSets().size(), 2, "sets");
        Report.equal(found.getAssociations().size(), papers.associations.size() + later.associations.size(),
            "associations");
    }

    private void getDocuments() throws Exception {
        GetDocumentsQuery query = new GetDocumentsQuery();
        query.setUuids(List.of(letter.getEntryUuid(), secret.getEntryUuid()));
        finds(query, letter, secret);
        query.setUuids(null);
        query.setUniqueIds(List.of(addendum.getUniqueId()));
        finds(query, addendum);
    }

    private void getFolders() throws Exception {
        GetFoldersQuery query = new GetFoldersQuery();
        query.setUniqueIds(List.of(folder.getUniqueId()));
        QueryResponse found = world.query(query);
        World.success(found);
        Report.equal(found.getFolders().size(), 1, "folders");
    }

    private void getAssociations() throws Exception {
        GetAssociationsQuery query = new GetAssociationsQuery();
        query.setUuids(List.of(letter.getEntryUuid()));
        QueryResponse found = world.query(query);
        World.success(found);
        // Its memberships in set and folder, and the addendum's.
        Report.equal(found.getAssociations().size(), 3, "associations");
    }

    private void getDocumentsAndAssociations() throws Exception {
        GetDocumentsAndAssociationsQuery query = new GetDocumentsAndAssociationsQuery();
        query.setUniqueIds(List.of(letter.getUniqueId()));
        QueryResponse found = world.query(query);
        Report.equal(ids(found), Set.of(letter.getEntryUuid()), "entries");
        Report.equal(found.getAssociations().size(), 3, "associations");
    }

    private void getSets() throws Exception {
        GetSubmissionSetsQuery query = new GetSubmissionSetsQuery();
        query.setUuids(List.of(letter.getEntryUuid(), addendum.getEntryUuid()));
        QueryResponse found = world.query(query);
        World.success(found);
        Report.equal(found.getSubmissionSets().size(), 2, "sets");
    }

    private void getSetAndContents() throws Exception {
        GetSubmissionSetAndContentsQuery query = new GetSubmissionSetAndContentsQuery();
        query.setUniqueId(papers.set.getUniqueId());
        QueryResponse found = world.query(query);
        Report.equal(ids(found), Set.of(letter.getEntryUuid(), secret.getEntryUuid()), "entries");
        Report.equal(found.getFolders().size(), 1, "folders");
        query.setConfidentialityCodes(new QueryList<>());
        query.getConfidentialityCodes().getOuterList().add(List.of(Papers.NORMAL));
        Report.equal(ids(world.query(query)), Set.of(letter.getEntryUuid()), "entries of normal confidentiality");
    }

    private void getFolderAndContents() throws Exception {
        GetFolderAndContentsQuery query = new GetFolderAndContentsQuery();
        query.setUuid(folder.getEntryUuid());
        QueryResponse found = world.query(query);
        Report.equal(ids(found), Set.of(letter.getEntryUuid()), "entries");
        Report.equal(found.getFolders().size(), 1, "folders");
    }

    private void getFoldersForDocument() throws Exception {
        GetFoldersForDocumentQuery query = new GetFoldersForDocumentQuery();
        query.setUniqueId(letter.getUniqueId());
        QueryResponse found = world.query(query);
        World.success(found);
        Report.equal(found.getFolders().size(), 1, "folders");
    }

    private void getRelated() throws Exception {
        GetRelatedDocumentsQuery query = new GetRelatedDocumentsQuery();
        query.setUuid(letter.getEntryUuid());
        query.setAssociationTypes(List.of(AssociationType.APPEND, AssociationType.REPLACE));
        QueryResponse found = world.query(query);
        Report.equal(ids(found), Set.of(letter.getEntryUuid(), addendum.getEntryUuid()), "entries");
        Report.equal(found.getAssociations().size(), 1, "associations");
    }

    private void nobody() throws Exception {
        finds(World.documentsOf(Papers.patient(Person.freshId(), Person.RED)));
    }

    private void unknownQuery() throws Exception {
        // A query of the pharmacy profile, which this registry does not offer.
        FindPrescriptionsQuery query = new FindPrescriptionsQuery();
        query.setPatientId(papers.patient);
        query.setStatus(List.of(AvailabilityStatus.APPROVED));
        QueryResponse refused = world.ask(world.ipf.soap("xds-iti18", World.REGISTRY, Ipf.TOOLKIT), query,
            QueryReturnType.LEAF_CLASS, null, XdsCamelValidators.iti18ResponseValidator());
        World.refused(refused, ErrorCode.UNKNOWN_STORED_QUERY);
    }

    private void consent() throws Exception {
        Report.equal(ids(world.query(World.documentsOf(papers.patient), QueryReturnType.LEAF_CLASS, Ipf.CLINIC)), Set.of(),
            "entries without consent");
        world.target.consent(World.cx(papers.patient));
        Report.equal(ids(world.query(World.documentsOf(papers.patient), QueryReturnType.LEAF_CLASS, Ipf.CLINIC)),
            Set.of(letter.getEntryUuid(), secret.getEntryUuid(), addendum.getEntryUuid()), "entries with consent");
    }

    private QueryResponse ofSeveral(StoredQuery query) throws Exception {
        return world.ask(world.ipf.soap("xds-iti51", World.REGISTRY, Ipf.TOOLKIT), query, QueryReturnType.LEAF_CLASS,
            XdsCamelValidators.iti51RequestValidator(), XdsCamelValidators.iti51ResponseValidator());
    }

    private void severalPatients() throws Exception {
        Papers other = new Papers(world.patient());
        DocumentEntry theirs = other.add("somebody else's", Papers.bytes("else"));
        world.provided(other);
        FindDocumentsForMultiplePatientsQuery query = new FindDocumentsForMultiplePatientsQuery();
        query.setPatientIds(List.of(papers.patient, other.patient));
        query.setStatus(List.of(AvailabilityStatus.APPROVED));
        query.setClassCodes(List.of(Papers.REPORTS));
        Report.equal(ids(ofSeveral(query)), Set.of(letter.getEntryUuid(), secret.getEntryUuid(), addendum.getEntryUuid(),
            theirs.getEntryUuid()), "entries");
    }

    private void foldersOfSeveral() throws Exception {
        FindFoldersForMultiplePatientsQuery query = new FindFoldersForMultiplePatientsQuery();
        query.setPatientIds(List.of(papers.patient));
        query.setStatus(List.of(AvailabilityStatus.APPROVED));
        query.setCodes(new QueryList<>());
        query.getCodes().getOuterList().add(List.of(Papers.code("Referrals", "1.3.6.1.4.1.21367.2017.3")));
        QueryResponse found = ofSeveral(query);
        World.success(found);
        Report.equal(found.getFolders().size(), 1, "folders");
    }
}
