#pragma once
// What the store of a module stands on in a module test: its tables in a database of its own,
// connections of the serving role, keys. A base of fixtures; one thread but for the members that
// are thread-safe themselves.

#include "platform/pg/admin.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"
#include "support/migrations.h"
#include "support/test_database.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

namespace musubi::test {

class ModuleGround {
protected:
    explicit ModuleGround(std::span<pg::MigrationFile const> migrations, int connections = 4)
        : database_(migrations),
          pool_(pg::PoolConfig{.conninfo = database_.serving(), .size = connections}),
          keys_(std::move(*vault::KeyRing::open(folder_ / "keys", folder_ / "master.key",
                                                vault::KeyRing::IfAbsent::kCreate))) {}
    ~ModuleGround() = default;

    /// Rows of a statement of the superuser: a bar behind each cell, a line end behind each row.
    std::string ask(std::string const& statement) const {
        auto const rows = pg::run_script(database_.superuser(), statement);
        EXPECT_TRUE(rows.ok()) << (rows ? "" : rows.error().detail);
        std::string out;
        if (!rows) return out;
        for (auto const& row : *rows) {
            for (auto const& cell : row) out += cell + "|";
            out += "\n";
        }
        return out;
    }
    /// The first cell of the first row; empty when there is none.
    std::string cell(std::string const& statement) const {
        std::string const rows = ask(statement);
        return rows.substr(0, rows.find('|'));
    }

    vault::TempFolder folder_;
    TestDatabase database_;
    pg::Pool pool_;
    std::unique_ptr<vault::KeyRing> keys_;
};

}  // namespace musubi::test
