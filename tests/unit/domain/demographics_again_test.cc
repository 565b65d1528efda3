#include "domain/demographics.h"

#include <gtest/gtest.h>

namespace musubi::domain {
namespace {

TEST(DemographicsChange, AnAliasAmongTheNamesIsNotDoubledWhenItIsToldAgain) {
    PersonName legal, alias;
    legal.family = "患者";
    alias.family = "通称";
    alias.type_code = "A";
    DemographicsChange change;
    change.names = {{legal, alias}};
    Demographics person;
    change.apply_to(person);
    Demographics const once = person;
    change.apply_to(person);
    EXPECT_EQ(person, once);
}

}  // namespace
}  // namespace musubi::domain
