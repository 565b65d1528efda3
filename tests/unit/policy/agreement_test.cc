#include "policy/agreement.h"

#include "platform/base/bytes.h"
#include "platform/base/digest.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

class AgreementFile : public ::testing::Test {
protected:
    AgreementFile() {
        static std::atomic<int> number{0};
        folder_ = fs::temp_directory_path() / ("musubi-agreement-" + std::to_string(::getpid()) +
                                               "-" + std::to_string(number++));
        fs::create_directories(folder_ / "region");
        fs::create_directories(folder_ / "pki");
    }
    ~AgreementFile() override { fs::remove_all(folder_); }

    std::string write(std::string const& text) {
        auto const file = folder_ / "region" / "agreement.yaml";
        std::ofstream(file) << text;
        return file.string();
    }
    /// A PEM frame around arbitrary octets: the agreement only hashes what is inside.
    void certificate(std::string const& name) {
        std::ofstream(folder_ / "pki" / (name + ".crt"))
            << "subject=CN=" << name << "\n-----BEGIN CERTIFICATE-----\n"
            << to_base64(as_bytes("der of " + name)) << "\n-----END CERTIFICATE-----\n";
    }
    /// The problems, each without the file's name: "LINE: what".
    std::vector<std::string> problems(std::string const& text) {
        auto const file = write(text);
        auto const loaded = load_agreement(file);
        std::vector<std::string> out;
        if (loaded) return out;
        for (auto const& issue : loaded.error().issues) {
            EXPECT_TRUE(issue.context.starts_with(file + ":")) << issue.context;
            out.push_back(issue.context.substr(file.size() + 1));
        }
        return out;
    }
    fs::path folder_;
};

std::string const kGood = R"(schema_version: "1.0"
agreement_id: urn:oid:2.999.1.9
version: 1
title: test
effective_from: 2026-04-01
effective_to: 2027-03-31
region:
  name: test
  home_community_id: urn:oid:2.999.1.1
roles:
  - code: medical
    clause: T2.1
    may: [feed, publish, query, retrieve]
members:
  - code: one
    name: One
    institution_oid: 2.999.7.1
    certificates:
      - subject: CN=one,O=Test
      - fingerprint: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    assigning_authorities: [2.999.7.1.1]
    default_role: medical
    transactions: [query, ITI-41]
    signing_certificates: [{fingerprint: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}]
rules:
  - id: T3.1
    role: medical
    type_codes: any
    confidentiality: any
consent:
  model: opt-in
)";

std::string replaced(std::string text, std::string const& what, std::string const& with) {
    auto const at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

TEST_F(AgreementFile, IsCompiledWithGroupsDatesAndCertificates) {
    auto const loaded = load_agreement(write(kGood));
    ASSERT_TRUE(loaded.ok()) << loaded.error().detail;
    auto const& agreement = **loaded;
    auto const* one = agreement.member("one");
    ASSERT_NE(one, nullptr);
    EXPECT_EQ(one->transactions,
              (std::set<std::string, std::less<>>{"ITI-18", "ITI-41", "ITI-51"}));
    EXPECT_EQ(one->roles, std::set<std::string>{"medical"});
    EXPECT_EQ(one->member.strictness, domain::Strictness::kStrict);
    EXPECT_EQ(agreement.member_by_certificate(std::string(64, 'a'), ""), one);
    EXPECT_EQ(agreement.member_by_certificate("", "CN=one,O=Test"), one);
    EXPECT_EQ(agreement.member_by_certificate("", "CN=one"), nullptr);
    EXPECT_EQ(agreement.member_by_certificate("", ""), nullptr);
    // 2026-04-01 00:00 in Japan is the day before, 15:00 UTC.
    EXPECT_EQ(to_rfc3339(agreement.region.begins).substr(0, 19), "2026-03-31T15:00:00");
    EXPECT_EQ(to_rfc3339(agreement.region.ends).substr(0, 19), "2027-03-31T15:00:00");
    EXPECT_FALSE(agreement.in_force(agreement.region.begins - std::chrono::microseconds(1)));
    EXPECT_TRUE(agreement.in_force(agreement.region.begins));
    EXPECT_FALSE(agreement.in_force(agreement.region.ends));
    EXPECT_TRUE(agreement.rules.at(0).needs_consent)
        << "consent is asked unless a rule says otherwise";
}

TEST_F(AgreementFile, ACommunityIsAMemberWithAHomeOfItsOwn) {
    auto const loaded = load_agreement(
        write(replaced(kGood, "name: One",
                       "name: One\n    kind: community\n    home_community_id: urn:oid:2.999.5")));
    ASSERT_TRUE(loaded.ok()) << loaded.error().detail;
    auto const* one = (*loaded)->member("one");
    ASSERT_NE(one, nullptr);
    EXPECT_EQ(one->home_community_id, "urn:oid:2.999.5");
}

struct Mistake {
    char const* what;
    char const* with;
    char const* problem;  ///< "LINE: beginning of the text"
};

TEST_F(AgreementFile, NamesTheLineOfEveryMistake) {
    Mistake const mistakes[] = {
        {"title: test", "title: test\ncolour: red", "5: agreement: unknown key 'colour'"},
        {"  name: test", "  name: test\n  colour: red", "9: region: unknown key 'colour'"},
        {"version: 1\n", "", "1: agreement: 'version' is missing"},
        {"version: 1\n", "version: 1.5\n", "3: agreement: 'version' must be a number"},
        {"version: 1\n", "version: 1\nversion: 2\n", "4: agreement: key 'version' stands twice"},
        {"version: 1\n", "version: 2\n", "3: agreement: 'previous' is missing"},
        {"version: 1\n", "version: 2\nprevious: abc\n", "4: agreement: 'previous' must be sha256"},
        {"urn:oid:2.999.1.9", "2.999.1.9", "2: agreement: 'agreement_id' must be urn:oid"},
        {"\"1.0\"", "\"9.0\"", "1: agreement: 'schema_version' must be"},
        {"urn:oid:2.999.1.1\n", "2.999.1.1\n",
         "9: region: 'home_community_id' must be urn:oid:OID"},
        {"2026-04-01", "2026-02-30", "5: agreement: 'effective_from' must be a day"},
        {"2027-03-31", "2025-03-31", "6: agreement: 'effective_to' lies before"},
        {"name: One", "name: One\n    status: gone", "17: member: 'status' is none of"},
        {"name: One", "name: One\n    kind: shop", "17: member: 'kind' is none of"},
        {"name: One", "name: One\n    kind: community",
         "15: member: 'home_community_id' belongs to members of kind community"},
        {"name: One", "name: One\n    kind: clinic\n    home_community_id: urn:oid:2.999.5",
         "18: member: 'home_community_id' belongs to members of kind community"},
        {"name: One", "name: One\n    kind: community\n    home_community_id: 2.999.5",
         "18: member: 'home_community_id' must be urn:oid:OID"},
        {"name: One", "name: One\n    kind: community\n    home_community_id: urn:oid:2.999.1.1",
         "15: member: this region is no community beside itself"},
        {"name: One", "name: One\n    to: 2026-05-01", "17: member: 'to' needs 'from'"},
        {"name: One", "name: One\n    must_sign: false",
         "1: agreement: no active member must sign"},
        {"transactions: [query, ITI-41]\n", "strictness: strict\n",
         "15: member: 'transactions' is missing"},
        {"rules:\n", "connections:\n  - {peer: two, profile: jp-high, in: [query]}\nrules:\n",
         "26: connection: there is no member 'two'"},
        {"rules:\n", "connections:\n  - {peer: one, profile: jp-high, in: [query]}\nrules:\n",
         "23: member: 'transactions' are told by the connection in line 26"},
        {"rules:\n",
         "connections:\n  - {peer: one, profile: jp-high, in: [query], xua: maybe}\nrules:\n",
         "26: connection: 'xua' must be required, optional or none"},
        {"rules:\n",
         "connections:\n  - {peer: one, profile: jp-high, in: [query], xua: required}\nrules:\n",
         "26: connection: users need the section 'authentication'"},
        {"rules:\n",
         "connections:\n  - {peer: one, profile: jp-high, in: [query], rate: often}\nrules:\n",
         "26: connection: 'rate' must be N/second"},
        {"rules:\n",
         "connections:\n  - {peer: one, profile: jp-high, in: [query], rate: 0/hour}\nrules:\n",
         "26: connection: 'rate' must be N/second"},
        {"rules:\n",
         "connections:\n  - {peer: one, profile: jp-high, in: [query], minimum_level: 9}\nrules:\n",
         "26: connection: 'minimum_level' must be 0 to 4"},
        {"rules:\n",
         "connections:\n  - {peer: one, profile: jp-high, out: [query], rate: 5/minute}\nrules:\n",
         "26: connection: users and rate are about calls that come 'in'"},
        {"rules:\n",
         "connections:\n  - {peer: one, profile: jp-high, in: [query], rate: 5/minute}\n"
         "  - {peer: one, profile: jp-high, in: [ITI-18]}\nrules:\n",
         "27: connection: ITI-18 stands in line 26 too"},
        {"consent:\n", "incident:\n  failure: {report_to: [all], within: PT1H}\nconsent:\n",
         "31: agreement.incident: the node does not enforce this"},
        {"consent:\n", "audit:\n  internal: {every: soon, next: 2027-01-01}\nconsent:\n",
         "31: agreement.audit.internal: 'every' must be a duration"},
        {"consent:\n", "location: {countries: [JP], moons: [x]}\nconsent:\n",
         "30: agreement.location: unknown key 'moons'"},
        {"[feed, publish, query, retrieve]", "[feed, delete]", "13: role: 'delete' is none of"},
        {"2.999.7.1\n", "2.999.x\n", "17: member: 'institution_oid' is no OID"},
        {"subject: CN=one,O=Test", "file: ../pki/none.crt",
         "19: certificate: cannot read certificate file"},
        {"subject: CN=one,O=Test", "subject: CN=one\n        file: x",
         "19: certificate: exactly one of"},
        {"fingerprint: AAAA", "fingerprint: AA", "20: certificate: 'fingerprint' must be 64"},
        {"[2.999.7.1.1]", "[hospital]", "21: member: 'hospital' is no OID"},
        {"[2.999.7.1.1]", "[2.999.7.1.1, 2.999.7.1.1]", "21: member: '2.999.7.1.1' stands twice"},
        {"[2.999.7.1.1]", "[]",
         "15: member: role 'medical' feeds patients, but there is no assigning authority"},
        {"default_role: medical", "default_role: nurse", "15: member: there is no role 'nurse'"},
        {"[query, ITI-41]", "[query, reading]", "23: member: 'reading' is neither"},
        {"[query, ITI-41]", "[]", "23: member: 'transactions' must not be empty"},
        {"transactions:", "strictness: weak\n    transactions:",
         "23: member: 'strictness' must be"},
        {"transactions:", "character_set: sjis\n    transactions:",
         "23: member: 'character_set' is none of"},
        {"    role: medical", "    role: nurse", "26: rule: there is no role 'nurse'"},
        {"    type_codes: any\n", "", "26: rule: one of 'type_codes' and 'class_codes' is needed"},
        {"    type_codes: any", "    type_codes: []",
         "28: rule: 'type_codes' must be 'any' or a list"},
        {"    type_codes: any", "    type_codes: [57833-6]",
         "26: rule: '57833-6' must be code^^scheme"},
        {"    type_codes: any", "    type_codes: any\n    class_codes: [a^^b]",
         "26: rule: 'any' in one of"},
        {"    confidentiality: any\n", "", "26: rule: 'confidentiality' is missing"},
        {"    type_codes: any", "    own: true\n    needs_consent: true\n    type_codes: any",
         "29: rule: own documents"},
        {"    type_codes: any", "    needs_consent: maybe\n    type_codes: any",
         "28: rule: 'needs_consent' must be true"},
        {"T3.1", "T2.1", "26: clause 'T2.1' is already used in line 11"},
        {"opt-in", "opt-perhaps", "31: consent: 'model' must be opt-in"},
        {"    may: [feed", "    exempt: true\n    may: [feed",
         "27: rule: role 'medical' is exempt"},
    };
    for (auto const& mistake : mistakes) {
        auto const found = problems(replaced(kGood, mistake.what, mistake.with));
        bool const named = std::any_of(found.begin(), found.end(), [&](std::string const& one) {
            return one.starts_with(mistake.problem);
        });
        std::string all;
        for (auto const& one : found) all += "\n  " + one;
        EXPECT_TRUE(named) << mistake.problem << " expected, found" << all;
    }
}

TEST_F(AgreementFile, TakesTheCharacterSetOfAMember) {
    using enum domain::MessageCharset;
    std::pair<char const*, domain::MessageCharset> const rows[] = {
        {"transactions:", kDeclared},
        {"character_set: declared\n    transactions:", kDeclared},
        {"character_set: guess\n    transactions:", kGuess},
        {"character_set: utf-8\n    transactions:", kUtf8},
        {"character_set: iso-2022-jp\n    transactions:", kIso2022Jp},
        {"character_set: latin-1\n    transactions:", kLatin1},
        {"character_set: cp932\n    transactions:", kCp932},
        {"character_set: euc-jp\n    transactions:", kEucJp},
        {"strictness: lenient\n    transactions:", kGuess},
        {"strictness: lenient\n    character_set: declared\n    transactions:", kDeclared},
        {"strictness: lenient\n    character_set: cp932\n    transactions:", kCp932}};
    for (auto const& [text, expected] : rows) {
        auto const loaded = load_agreement(write(replaced(kGood, "transactions:", text)));
        ASSERT_TRUE(loaded.ok()) << text << loaded.error().detail;
        EXPECT_EQ((*loaded)->member("one")->member.character_set, expected) << text;
    }
}

TEST_F(AgreementFile, ReportsAllMistakesAtOnce) {
    auto text = replaced(kGood, "opt-in", "opt-perhaps");
    text = replaced(text, "T3.1", "T2.1");
    text = replaced(text, "2026-04-01", "soon");
    EXPECT_EQ(problems(text).size(), 3U);
}

TEST_F(AgreementFile, RefusesTwoMembersWithOneCertificate) {
    auto const second = R"(  - code: two
    name: Two
    institution_oid: 2.999.7.2
    certificates:
      - subject: CN=one,O=Test
    assigning_authorities: [2.999.7.2.1]
    default_role: medical
    transactions: [query]
rules:)";
    auto const found = problems(replaced(kGood, "rules:", second));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0], "25: certificate subject 'CN=one,O=Test' is already used in line 15");
}

TEST_F(AgreementFile, ThatIsNoYamlIsRefusedWithItsLine) {
    auto const found = problems("region:\n  name: [a\nroles: {");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].find("no YAML"), std::string::npos);
    EXPECT_EQ(load_agreement((folder_ / "absent.yaml").string()).error().code, Code::kNotFound);
}

TEST_F(AgreementFile, FingerprintIsTheDigestOfTheCertificateInThePem) {
    certificate("hospital-kita");
    auto const fingerprint = certificate_fingerprint((folder_ / "pki/hospital-kita.crt").string());
    ASSERT_TRUE(fingerprint.ok());
    EXPECT_EQ(*fingerprint, to_hex(sha256(as_bytes("der of hospital-kita"))));
    std::ofstream(folder_ / "pki/broken.crt") << "-----BEGIN CERTIFICATE-----\nabc";
    EXPECT_EQ(certificate_fingerprint((folder_ / "pki/broken.crt").string()).error().code,
              Code::kInvalidContent);
}

TEST_F(AgreementFile, SamplesOfBothRegionsLoadWithTheirMembers) {
    for (auto const* name :
         {"hospital-kita", "clinic-kita", "pharmacy-kita", "toolkit", "toolkit-lenient",
          "hospital-minami", "hospital-kita-signing", "clinic-kita-signing",
          "pharmacy-kita-signing", "hospital-minami-signing", "officer-kita-1", "officer-kita-2",
          "officer-kita-3", "node-a", "node-b"}) {
        certificate(name);
    }
    auto const samples = test::source_dir() / "profiles/regions/sample";
    auto const kita = load_agreement(write(test::read_file(samples / "agreement-kita.yaml")));
    ASSERT_TRUE(kita.ok()) << kita.error().detail;
    EXPECT_EQ((*kita)->region.home_community_id, "urn:oid:2.999.1.1");
    EXPECT_EQ((*kita)->members.size(), 6U);
    EXPECT_EQ((*kita)->member("community-minami")->home_community_id, "urn:oid:2.999.1.2");
    auto const fingerprint = to_hex(sha256(as_bytes("der of toolkit-lenient")));
    auto const* lenient = (*kita)->member_by_certificate(fingerprint, "");
    ASSERT_NE(lenient, nullptr);
    EXPECT_EQ(lenient->member.code, "toolkit-lenient");
    EXPECT_EQ(lenient->member.strictness, domain::Strictness::kLenient);
    EXPECT_EQ(lenient->member.character_set, domain::MessageCharset::kGuess);
    EXPECT_EQ((*kita)->member("clinic-kita")->member.character_set, domain::MessageCharset::kGuess);
    EXPECT_EQ((*kita)->member("toolkit")->member.character_set, domain::MessageCharset::kDeclared);
    EXPECT_EQ(lenient->member.assigning_authorities,
              (*kita)->member("toolkit")->member.assigning_authorities);
    EXPECT_EQ(lenient->member.assigning_authorities.size(), 11U);
    EXPECT_TRUE((*kita)->role("conformance-test")->exempt);

    auto const minami = load_agreement(write(test::read_file(samples / "agreement-minami.yaml")));
    ASSERT_TRUE(minami.ok()) << minami.error().detail;
    EXPECT_EQ((*minami)->members.size(), 2U);
    EXPECT_EQ((*minami)->region.home_community_id, "urn:oid:2.999.1.2");
}

std::string const kIdentity = R"(identity:
  rules:
    - id: T3.10
      role: medical
      authorities: [2.999.7.1.1]
  demographics:
    clause: T3.12
    minimum_criteria: [[id], [family, birth]]
    maximum_candidates: 25
    queries_per_minute: 60
    alarm_patients_per_hour: 100
  insurance_is_key: true
consent:
)";

std::string with_identity() {
    return replaced(replaced(kGood, "may: [feed,", "may: [feed, identify,"), "consent:\n",
                    kIdentity);
}

TEST_F(AgreementFile, TellsWhoIsToldWhoseIdentifiers) {
    auto const loaded = load_agreement(write(with_identity()));
    ASSERT_TRUE(loaded.ok()) << loaded.error().issues.front().context;
    auto const& agreement = **loaded;
    ASSERT_EQ(agreement.identity_rules.size(), 1u);
    EXPECT_EQ(agreement.identity_rules.front().authorities,
              std::vector<std::string>{"2.999.7.1.1"});
    EXPECT_TRUE(agreement.identity_rules.front().needs_consent);
    EXPECT_TRUE(agreement.insurance_is_key);
    using Criterion = domain::DemographicsRules::Criterion;
    EXPECT_EQ(agreement.demographics.minimum,
              (std::vector<std::vector<Criterion>>{{Criterion::kId},
                                                   {Criterion::kFamily, Criterion::kBirth}}));
    EXPECT_EQ(agreement.demographics.max_candidates, 25);
}

TEST_F(AgreementFile, WithoutTheSectionNoQuestionByDemographicsIsOpen) {
    auto const loaded = load_agreement(write(kGood));
    ASSERT_TRUE(loaded.ok());
    EXPECT_TRUE((*loaded)->demographics.minimum.empty());
    EXPECT_TRUE((*loaded)->identity_rules.empty());
    EXPECT_FALSE((*loaded)->insurance_is_key);
}

TEST_F(AgreementFile, MistakesInTheIdentitySectionAreAllTold) {
    auto text = replaced(with_identity(), "[family, birth]", "[family, shoe_size]");
    text = replaced(text, "authorities: [2.999.7.1.1]\n  demographics",
                    "authorities: [x]\n  demographics");
    text = replaced(text, "maximum_candidates: 25", "maximum_candidates: 0");
    auto const found = problems(text);
    ASSERT_EQ(found.size(), 3u);
    auto const role = problems(replaced(with_identity(), "      role: medical\n      authorities",
                                        "      role: nobody\n      authorities"));
    ASSERT_EQ(role.size(), 1u);
    EXPECT_NE(role.front().find("there is no role 'nobody'"), std::string::npos);
}

}  // namespace
}  // namespace musubi::policy
