#include "atna/compact.h"

#include "platform/base/lifo_pool.h"

#include <zstd.h>

#include <new>

namespace musubi::atna {
namespace {

// Records are a few kilobytes: higher levels cost more time and gain next to nothing behind the
// primer.
constexpr int kLevel = 1;

// The more common, the nearer to the end. Never edit: see compact.h.
constexpr std::string_view kPrimer =
    R"(<EventOutcomeDescription></EventOutcomeDescription><PurposeOfUse csd-code="TREATMENT" codeSystemName=")"
    R"(ITI-8 Patient Identity Feed ITI-30 Patient Identity Management ITI-9 PIX Query ITI-21 ITI-45 PIXV3 Query )"
    R"(ITI-41 Provide and Register Document Set-b ITI-42 Register Document Set-b ITI-57 Update Document Set )"
    R"(ITI-62 ITI-86 Remove Documents ITI-38 Cross Gateway Query ITI-39 Cross Gateway Retrieve ITI-47 ITI-55 )"
    R"(csd-code="110106" codeSystemName="DCM" originalText="Export"/>)"
    R"(csd-code="110107" codeSystemName="DCM" originalText="Import"/>)"
    R"(csd-code="110110" codeSystemName="DCM" originalText="Patient Record"/>)"
    R"(csd-code="110113" codeSystemName="DCM" originalText="Security Alert"/>)"
    R"(csd-code="110114" codeSystemName="DCM" originalText="User Authentication"/>)"
    R"(csd-code="10" codeSystemName="RFC-3881" originalText="URN"/>)"
    R"( csd-code="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd" codeSystemName="IHE XDS Metadata" )"
    R"(originalText="submission set classificationNode"/>)"
    R"(<ParticipantObjectDetail type="MSH-10" value="</ParticipantObjectDetail>)"
    R"(<ParticipantObjectDetail type="QueryEncoding" value="UTF-8"/>)"
    R"(<ParticipantObjectDetail type="urn:ihe:iti:xca:2010:homeCommunityId" value=")"
    R"(<ParticipantObjectDetail type="ihe:homeCommunityID" value=")"
    R"(<ParticipantObjectDetail type="Repository Unique Id" value="</ParticipantObjectIdentification>)"
    R"($XDSDocumentEntryEntryUUID $XDSDocumentEntryUniqueId $XDSDocumentEntryClassCode $XDSDocumentEntryTypeCode )"
    R"($XDSDocumentEntryCreationTimeFrom $XDSDocumentEntryCreationTimeTo $XDSDocumentEntryServiceStartTimeFrom )"
    R"($XDSSubmissionSetPatientId $XDSSubmissionSetStatus $XDSFolderPatientId $XDSDocumentEntryType )"
    R"(returnType="LeafClass" returnComposedObjects="true" urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated )"
    R"(<?xml version="1.0" encoding="UTF-8"?><query:AdhocQueryRequest )"
    R"(xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">)"
    R"(<query:ResponseOption returnComposedObjects="true" returnType="ObjectRef"/>)"
    R"(<rim:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">)"
    R"(<rim:Slot name="$XDSDocumentEntryPatientId"><rim:ValueList><rim:Value>'^^^&amp;&amp;ISO'</rim:Value></rim:ValueList>)"
    R"(</rim:Slot><rim:Slot name="$XDSDocumentEntryStatus"><rim:ValueList><rim:Value>)"
    R"(('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')</rim:Value></rim:ValueList></rim:Slot></rim:AdhocQuery>)"
    R"(</query:AdhocQueryRequest>)"
    R"(<?xml version="1.0" encoding="UTF-8"?><AuditMessage><EventIdentification EventActionCode="R" )"
    R"(EventDateTime="2026-01-01T00:00:00.000000Z" EventOutcomeIndicator="0"><EventID csd-code="110112" )"
    R"(codeSystemName="DCM" originalText="Query"/><EventTypeCode csd-code="ITI-43" )"
    R"(codeSystemName="IHE Transactions" originalText="Retrieve Document Set"/><EventTypeCode csd-code="ITI-18" )"
    R"(codeSystemName="IHE Transactions" originalText="Registry Stored Query"/></EventIdentification>)"
    R"(<ActiveParticipant UserID="CN=" UserIsRequestor="true" NetworkAccessPointID="127.0.0.1" )"
    R"(NetworkAccessPointTypeCode="2"><RoleIDCode csd-code="110153" codeSystemName="DCM" )"
    R"(originalText="Source Role ID"/></ActiveParticipant><ActiveParticipant UserID="https://localhost:8443/xds/registry" )"
    R"(AlternativeUserID="1" UserIsRequestor="false" NetworkAccessPointID="localhost" NetworkAccessPointTypeCode="1">)"
    R"(<RoleIDCode csd-code="110152" codeSystemName="DCM" originalText="Destination Role ID"/></ActiveParticipant>)"
    R"(<ActiveParticipant UserID="" UserName="" UserIsRequestor="true"><RoleIDCode csd-code="" codeSystemName="" )"
    R"(originalText=""/></ActiveParticipant><AuditSourceIdentification AuditEnterpriseSiteID="" AuditSourceID="node">)"
    R"(<AuditSourceTypeCode csd-code="4" codeSystemName="DCM" originalText="Application Server"/>)"
    R"(</AuditSourceIdentification><ParticipantObjectIdentification ParticipantObjectID="^^^&amp;2.&amp;ISO" )"
    R"(ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2" )"
    R"(codeSystemName="RFC-3881" originalText="Patient Number"/></ParticipantObjectIdentification>)"
    R"(<ParticipantObjectIdentification ParticipantObjectID="1.2.392" ParticipantObjectTypeCode="2" )"
    R"(ParticipantObjectTypeCodeRole="3"><ParticipantObjectIDTypeCode csd-code="9" codeSystemName="RFC-3881" )"
    R"(originalText="Report Number"/></ParticipantObjectIdentification>)"
    R"(<ParticipantObjectIdentification ParticipantObjectID="urn:uuid:" ParticipantObjectTypeCode="2" )"
    R"(ParticipantObjectTypeCodeRole="24"><ParticipantObjectIDTypeCode csd-code="ITI-18" )"
    R"(codeSystemName="IHE Transactions" originalText="Registry Stored Query"/><ParticipantObjectQuery>)"
    R"(</ParticipantObjectQuery></ParticipantObjectIdentification></AuditMessage>)";

struct Freed {
    void operator()(ZSTD_CDict* one) const { ZSTD_freeCDict(one); }
    void operator()(ZSTD_DDict* one) const { ZSTD_freeDDict(one); }
    void operator()(ZSTD_CCtx* one) const { ZSTD_freeCCtx(one); }
    void operator()(ZSTD_DCtx* one) const { ZSTD_freeDCtx(one); }
};
template <class T>
using Owned = std::unique_ptr<T, Freed>;

/// Never destroyed: threads may write records while main() returns.
template <class T, T* (*make)()>
LifoPool<Owned<T>>& contexts() {
    static auto* const pool = new LifoPool<Owned<T>>([] {
        Owned<T> made(make());
        if (!made) throw std::bad_alloc();
        return made;
    });
    return *pool;
}

}  // namespace

Status compress_onto(Bytes& out, ByteView plain) {
    static Owned<ZSTD_CDict> const primer(ZSTD_createCDict(kPrimer.data(), kPrimer.size(), kLevel));
    auto const context = contexts<ZSTD_CCtx, ZSTD_createCCtx>().lend();
    auto const before = out.size();
    out.resize(before + ZSTD_compressBound(plain.size()));
    auto const size =
        ZSTD_compress_usingCDict(context.get(), out.data() + before, out.size() - before,
                                 plain.data(), plain.size(), primer.get());
    if (ZSTD_isError(size)) {
        out.resize(before);
        return Error(Code::kInternal, "audit record cannot be compressed");
    }
    out.resize(before + size);
    return {};
}

Result<Bytes> decompress(ByteView compressed, std::size_t max_size) {
    static Owned<ZSTD_DDict> const primer(ZSTD_createDDict(kPrimer.data(), kPrimer.size()));
    auto const context = contexts<ZSTD_DCtx, ZSTD_createDCtx>().lend();
    auto const size = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
        return Error(Code::kStorageUnavailable, "audit record is damaged");
    }
    if (size > max_size)
        return Error(Code::kTooLarge, "audit record is larger than any that is written");
    Bytes out(static_cast<std::size_t>(size));
    auto const done = ZSTD_decompress_usingDDict(
        context.get(), out.data(), out.size(), compressed.data(), compressed.size(), primer.get());
    if (ZSTD_isError(done) || done != out.size()) {
        return Error(Code::kStorageUnavailable, "audit record is damaged");
    }
    return out;
}

}  // namespace musubi::atna
