package musubi.interop;

import jakarta.activation.DataHandler;
import jakarta.mail.util.ByteArrayDataSource;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Association;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AssociationLabel;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AssociationType;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AssigningAuthority;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Author;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AvailabilityStatus;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Code;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Document;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntryType;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Folder;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Identifiable;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.LocalizedString;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Organization;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.PatientInfo;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Person;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.ReferenceId;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.SubmissionSet;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.XcnName;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.XpnName;
import org.openehealth.ipf.commons.ihe.xds.core.requests.ProvideAndRegisterDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RegisterDocumentSet;

/** One submission of a patient's documents, in IPF's own model; complete, with the code values of `connectathon`. */
final class Papers {
    static final Code REPORTS = code("REPORTS", "1.3.6.1.4.1.19376.1.2.6.1");
    static final Code CONSULTATION = code("11488-4", "2.16.840.1.113883.6.1");
    static final Code NORMAL = code("N", "2.16.840.1.113883.5.25");
    static final Code RESTRICTED = code("R", "2.16.840.1.113883.5.25");
    static final Code CARDIOLOGY = code("309915006", "2.16.840.1.113883.6.96");
    static final Code HOSPITAL = code("22232009", "2.16.840.1.113883.6.96");
    static final Code GENERIC = code("urn:ihe:iti:xds:2017:mimeTypeSufficient", "1.3.6.1.4.1.19376.1.2.3");

    final Identifiable patient;
    final SubmissionSet set;
    final List<DocumentEntry> entries = new ArrayList<>();
    final List<byte[]> contents = new ArrayList<>();
    final List<Folder> folders = new ArrayList<>();
    final List<Association> associations = new ArrayList<>();

    Papers(Identifiable patient) {
        this.patient = patient;
        set = new SubmissionSet();
        set.setEntryUuid(uuid());
        set.setUniqueId(oid());
        set.setPatientId(patient);
        set.setSourceId("2.999.77.2");
        set.setSubmissionTime("20041225235050");
        set.setContentTypeCode(HOSPITAL);
        set.setTitle(text("IPF submission"));
        set.setAvailabilityStatus(AvailabilityStatus.APPROVED);
        set.getAuthors().add(author());
    }

    static Code code(String value, String scheme) {
        return new Code(value, text(value), scheme);
    }

    static LocalizedString text(String words) {
        return new LocalizedString(words, "ja-JP", "UTF-8");
    }

    static String uuid() {
        return "urn:uuid:" + UUID.randomUUID();
    }

    static String oid() {
        return "2.25." + new BigInteger(UUID.randomUUID().toString().replace("-", ""), 16);
    }

    static Identifiable patient(String id, String authority) {
        return new Identifiable(id, new AssigningAuthority(authority));
    }

    private static Author author() {
        Author author = new Author();
        author.setAuthorPerson(new Person(null, new XcnName("Yamada", "Hanako", null, null, null, null)));
        author.getAuthorInstitution().add(new Organization("Kita Hospital", null, null));
        return author;
    }

    /** A document entry of this submission, and its place in the set. */
    DocumentEntry add(String title, byte[] content) {
        DocumentEntry entry = entry(patient, title);
        entries.add(entry);
        contents.add(content);
        Association member = link(AssociationType.HAS_MEMBER, set.getEntryUuid(), entry.getEntryUuid());
        member.setLabel(AssociationLabel.ORIGINAL);
        return entry;
    }

    static DocumentEntry entry(Identifiable patient, String title) {
        DocumentEntry entry = new DocumentEntry();
        entry.setEntryUuid(uuid());
        entry.setUniqueId(oid());
        entry.setType(DocumentEntryType.STABLE);
        entry.setPatientId(patient);
        entry.setAvailabilityStatus(AvailabilityStatus.APPROVED);
        entry.setTitle(text(title));
        entry.setComments(text("made with IPF"));
        entry.setMimeType("text/plain");
        entry.setLanguageCode("ja-JP");
        entry.setCreationTime("20041224");
        entry.setServiceStartTime("200412230800");
        entry.setServiceStopTime("200412231600");
        entry.setClassCode(REPORTS);
        entry.setTypeCode(CONSULTATION);
        entry.setFormatCode(GENERIC);
        entry.setPracticeSettingCode(CARDIOLOGY);
        entry.setHealthcareFacilityTypeCode(HOSPITAL);
        entry.getConfidentialityCodes().add(NORMAL);
        entry.getAuthors().add(author());
        entry.setSourcePatientId(patient("S001", "2.999.77.1"));
        PatientInfo info = new PatientInfo();
        info.getNames().add(new XpnName("CASE", "IPF", null, null, null, null));
        info.setDateOfBirth("19560527");
        info.setGender("F");
        entry.setSourcePatientInfo(info);
        return entry;
    }

    Folder folder(String title) {
        Folder folder = new Folder();
        folder.setEntryUuid(uuid());
        folder.setUniqueId(oid());
        folder.setPatientId(patient);
        folder.setTitle(text(title));
        folder.setAvailabilityStatus(AvailabilityStatus.APPROVED);
        folder.setLastUpdateTime("20041225235050");
        folder.getCodeList().add(code("Referrals", "1.3.6.1.4.1.21367.2017.3"));
        folders.add(folder);
        link(AssociationType.HAS_MEMBER, set.getEntryUuid(), folder.getEntryUuid());
        return folder;
    }

    /** An entry into a folder, with the membership's own place in the set (ITI TF-3 4.2.1.5). */
    void put(Folder folder, DocumentEntry entry) {
        Association member = link(AssociationType.HAS_MEMBER, folder.getEntryUuid(), entry.getEntryUuid());
        link(AssociationType.HAS_MEMBER, set.getEntryUuid(), member.getEntryUuid());
    }

    Association link(AssociationType type, String source, String target) {
        Association made = new Association(type, uuid(), source, target);
        associations.add(made);
        return made;
    }

    static ReferenceId accession(String value) {
        return new ReferenceId(value, null, "urn:ihe:iti:xds:2013:accession");
    }

    /** As a document source sends it: the repository adds hash, size and its own id. */
    ProvideAndRegisterDocumentSet provide() {
        ProvideAndRegisterDocumentSet request = new ProvideAndRegisterDocumentSet();
        request.setSubmissionSet(set);
        for (int i = 0; i < entries.size(); i++) {
            request.getDocuments().add(new Document(entries.get(i),
                new DataHandler(new ByteArrayDataSource(contents.get(i), entries.get(i).getMimeType()))));
        }
        request.getFolders().addAll(folders);
        request.getAssociations().addAll(associations);
        return request;
    }

    /** As a repository registers it. */
    RegisterDocumentSet register(String repository) throws Exception {
        for (int i = 0; i < entries.size(); i++) {
            DocumentEntry entry = entries.get(i);
            entry.setRepositoryUniqueId(repository);
            entry.setSize((long) contents.get(i).length);
            entry.setHash(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(contents.get(i))));
        }
        RegisterDocumentSet request = new RegisterDocumentSet();
        request.setSubmissionSet(set);
        request.getDocumentEntries().addAll(entries);
        request.getFolders().addAll(folders);
        request.getAssociations().addAll(associations);
        return request;
    }

    static byte[] bytes(String words) {
        return words.getBytes(StandardCharsets.UTF_8);
    }
}
