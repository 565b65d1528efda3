#pragma once
// The region of the proof walk: one patient for each state of consent, each with the same four
// documents of the hospital and, under the same labels, four manifests of one image each; a caller
// for each sort of member. And what the agreement's words say about them, written down a second
// time.

#include "node/imaging/archives.h"
#include "node/policy/region.h"

#include <array>

namespace musubi::test {

/// The hospital's, one of each for every patient.
enum class Sheet : std::uint8_t {
    kLetter,   ///< of normal confidentiality
    kAllergy,  ///< the same; of the kind that is open until the patient objects (K4.5)
    kSummary,  ///< of the kind that nobody else reads, whatever another row permits (K3.21)
    kSealed,   ///< very restricted
};
inline constexpr std::array kSheets = {Sheet::kLetter, Sheet::kAllergy, Sheet::kSummary,
                                       Sheet::kSealed};

/// The hospital's archive of images.
inline constexpr char kHospitalSource[] = "2.999.21.30";

enum class Said : std::uint8_t {
    kNothing,
    kGranted,
    kWithdrawn,   ///< granted before
    kOthersOnly,  ///< somebody else granted, this patient said nothing
    kRefused,     ///< a no without a yes before: what was open by default closes
    kOver,        ///< granted for a time that is over
    kEmergency,   ///< nothing, and who asks breaks the glass
};
inline constexpr std::array kStates = {Said::kNothing,    Said::kGranted, Said::kWithdrawn,
                                       Said::kOthersOnly, Said::kRefused, Said::kOver,
                                       Said::kEmergency};
std::string to_text(Said said);

enum class Who : std::uint8_t {
    kHospital,  ///< published everything
    kClinic,
    kPharmacy,
    kOffice,    ///< a member of the region in a role for which the matrix has no row
    kPartner,   ///< exempt from matrix and consent
    kStranger,  ///< a good certificate, and no member
};
inline constexpr std::array kEverybody = {Who::kHospital, Who::kClinic,  Who::kPharmacy,
                                          Who::kOffice,   Who::kPartner, Who::kStranger};
std::string certificate_of(Who who);

/// The table. Written from profiles/regions/sample/agreement-kita.yaml and the rows that
/// proof_region.cc adds to it; no part of the node is asked.
bool may_read(Who who, Said said, Sheet sheet);
/// Whether the person's number at the hospital is told. `named`: the message names its user.
bool may_know(Who who, Said said, bool named);

struct ProofPatient {
    Said said = Said::kNothing;
    std::string local, regional;  ///< CX
    Papers papers;
    std::array<domain::ImagingManifest, kSheets.size()> manifests;  ///< by Sheet
    domain::ImagingManifest const& manifest_of(Sheet sheet) const {
        return manifests[static_cast<std::size_t>(sheet)];
    }
    std::string image_of(Sheet sheet) const;  ///< the file of its one image
    std::string const& id_of(Sheet sheet) const {
        return papers.documents[static_cast<std::size_t>(sheet)].unique_id;
    }
    std::string entry_of(Sheet sheet) const;
    std::string text_of(Sheet sheet) const;  ///< the octets of the document
    std::string number() const { return local.substr(0, local.find('^')); }
};

/// One member's system. What it heard is kept as octets: where something must not be, nothing of it
/// may be anywhere.
class ProofCaller {
public:
    ProofCaller(TestNode const& node, Who who);
    struct Call {
        std::string path, action, body;
        bool emergency = false;  ///< with an assertion that claims one
    };
    std::string soap(Call const& call) const;          ///< the whole answer
    std::string get(std::string const& target) const;  ///< the answer's body, if it is 200
    std::string hl7(std::string const& message) { return client_.exchange_hl7(message); }
    NodeClient& client() { return client_; }
    Who who() const { return who_; }

private:
    TestNode const& node_;
    Who const who_;
    NodeClient client_;
    AssertionSigner const signer_;
    std::unique_ptr<peer::PeerClient> peer_;
};

class ProofRegion {
public:
    ProofRegion();
    TestNode& node() { return *node_; }
    ProofPatient const& patient(Said said) const {
        return patients_[static_cast<std::size_t>(said)];
    }
    std::vector<ProofPatient> const& patients() const { return patients_; }
    ProofCaller& caller(Who who) { return *callers_[static_cast<std::size_t>(who)]; }
    /// Somebody whom the hospital has just told of; nothing is published.
    ProofPatient newcomer();

private:
    void say_words();
    void publish_images(ProofPatient& patient);
    std::unique_ptr<TestNode> node_;
    std::unique_ptr<SimulatedArchive> archive_;
    std::vector<std::unique_ptr<ProofCaller>> callers_;
    std::vector<ProofPatient> patients_;
};

}  // namespace musubi::test
