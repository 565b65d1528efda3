// ITI-21 through the pipeline on the real patient index, with its real matching: what hospitals
// told is found by name in any script, birth, sex and id, and shown as far as the agreement goes.
#include "mpi/engine.h"
#include "mpi/store.h"
#include "support/module_ground.h"
#include "unit/pdq/v2_fixture.h"

namespace musubi::pdq {
namespace {

using test::kClinic;
using test::kKita;
using test::kRegion;

class PdqOnTheIndex : public ::testing::Test, protected test::ModuleGround {
protected:
    PdqOnTheIndex()
        : ModuleGround(test::migrations_of("mpi")),
          store_(pool_, *keys_, system_ids(), ports_, settings(),
                 mpi::make_engine(mpi::match::Weights{}, 1)),
          deps_{core::PatientFinder(store_.authorities(), store_, world_.agreement, world_.guard),
                world_.results, world_.deps.settings},
          iti21_(core::define<Iti21>(deps_)) {
        using enum domain::DemographicsRules::Criterion;
        world_.agreement.rules.minimum = {{kId}, {kFamily, kBirth}, {kGiven, kBirth}, {kPhone}};
    }

    static mpi::StoreSettings settings() {
        mpi::StoreSettings out{kRegion, {}, {}};
        for (auto const& [oid, name] : {std::pair{kKita, "KITA"}, std::pair{kClinic, "CLINIC"}}) {
            core::AssigningAuthority authority;
            authority.oid = oid;
            authority.namespace_id = name;
            out.authorities.emplace(oid, authority);
        }
        return out;
    }

    /// Kanji and kana of one person, as one hospital tells them.
    std::string feed(std::string const& id, char const* authority, char const* family,
                     char const* given, char const* family_kana, char const* given_kana) {
        core::PatientChange change;
        change.event = domain::FeedEvent::kAdd;
        change.ids = {{{id, authority}, "PI"}};
        domain::PersonName kanji, kana;
        kanji.family = family;
        kanji.given = given;
        kanji.type_code = kana.type_code = "L";
        kanji.script = domain::Script::kIdeographic;
        kana.family = family_kana;
        kana.given = given_kana;
        kana.script = domain::Script::kPhonetic;
        change.demographics.names = {kanji, kana};
        change.demographics.birth_time = "19600102";
        change.demographics.sex = "M";
        domain::Telecom phone;
        phone.number = "054-282-1234";
        change.demographics.home_phones = {phone};
        change.member = "2.999.1";
        change.message_key = id + authority;
        auto const outcome = pool_.run([&](pg::Tx& tx) { return store_.apply(tx, change); });
        EXPECT_TRUE(outcome.ok());
        return outcome ? outcome->patient : "";
    }
    std::string ask(std::string const& criteria, std::string const& domains = "") {
        std::string text = V2World::query(criteria, domains);
        text.replace(text.find("|P|2.5"), 6, "|P|2.5||||||UNICODE UTF-8");
        auto message = hl7v2::parse(as_bytes(text));
        EXPECT_TRUE(message.ok());
        hl7v2::Incoming const incoming{*message, hl7v2::read_header(*message), as_bytes(text)};
        core::Outbound const out = world_.ask(iti21_, incoming);
        hl7v2::AckSeal seal;
        seal.control_id = "A1";
        auto const written =
            hl7v2::write_answer(incoming, seal,
                                out.fault ? hl7v2::Outgoing{*out.fault}
                                          : std::any_cast<hl7v2::Outgoing const&>(out.reply));
        return std::string(as_text(written.bytes));
    }

    V2World world_;
    core::Ports ports_;
    mpi::Store store_;
    Deps deps_;
    core::Definition iti21_;
};

TEST_F(PdqOnTheIndex, APersonIsFoundByNameInAnyScriptByPhoneAndById) {
    std::string const regional = feed("K1", kKita, "山田", "太郎", "ヤマダ", "タロウ");
    feed("K2", kKita, "佐藤", "花子", "サトウ", "ハナコ");
    for (char const* criteria :
         {"@PID.5.1.1^山田~@PID.7^19600102", "@PID.5.1.1^ヤマダ~@PID.7^19600102~@PID.8^M",
          "@PID.5.1.1^ヤマ*~@PID.7^19600102", "@PID.3.1^K1~@PID.3.4.1^KITA"}) {
        std::string const answer = ask(criteria);
        EXPECT_EQ(outcome(answer), "AA/OK") << criteria;
        ASSERT_EQ(told(answer).size(), 1U) << criteria;
        EXPECT_NE(told(answer)[0].find("K1^^^KITA&1.2.392.10&ISO^PI"), std::string::npos);
        EXPECT_EQ(world_.patients_in_record(), (std::vector<std::string>{regional}));
    }
    EXPECT_EQ(told(ask("@PID.13.1^0542821234")).size(), 2U);
    EXPECT_EQ(outcome(ask("@PID.5.1.1^山田~@PID.7^19600103")), "AA/NF");
}

TEST_F(PdqOnTheIndex, OfALinkedPersonOnlyTheVisibleRecordIsToldAndSearched) {
    std::string const regional = feed("K1", kKita, "山田", "太郎", "ヤマダ", "タロウ");
    EXPECT_EQ(feed("C1", kClinic, "山田", "太郎", "ヤマダ", "タロウ"), regional);
    std::string const criteria = "@PID.5.1.1^山田~@PID.7^19600102";
    std::string const all = ask(criteria);
    EXPECT_NE(told(all).at(0).find("C1^^^CLINIC"), std::string::npos) << all;
    world_.agreement.open = {kKita};
    std::string const some = ask(criteria);
    ASSERT_EQ(told(some).size(), 1U);
    EXPECT_EQ(some.find("C1"), std::string::npos);
    EXPECT_EQ(outcome(ask("@PID.3.1^C1~@PID.3.4.1^CLINIC")), "AA/NF");
    EXPECT_EQ(outcome(ask(criteria, "^^^CLINIC")), "AA/NF");
    world_.agreement.open = {"1.2.392.99"};
    EXPECT_EQ(outcome(ask(criteria)), "AA/NF");
}

TEST_F(PdqOnTheIndex, ADatabaseThatDoesNotAnswerIsNoAnswerOfNobody) {
    feed("K1", kKita, "山田", "太郎", "ヤマダ", "タロウ");
    pg::Pool nowhere(pg::PoolConfig{.conninfo = "host=/nonexistent dbname=none", .size = 1});
    mpi::Store broken(nowhere, *keys_, system_ids(), ports_, settings(),
                      mpi::make_engine(mpi::match::Weights{}, 1));
    Deps deps{core::PatientFinder(store_.authorities(), broken, world_.agreement, world_.guard),
              world_.results, world_.deps.settings};
    iti21_ = core::define<Iti21>(deps);
    EXPECT_EQ(outcome(ask("@PID.5.1.1^山田~@PID.7^19600102")), "AR/AR");
}

}  // namespace
}  // namespace musubi::pdq
