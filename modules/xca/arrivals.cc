#include "xca/arrivals.h"

namespace musubi::xca {

std::shared_ptr<Arrivals::Part const> Arrivals::add(core::Errand& errand, Wakes wakes) {
    auto const part = std::make_shared<Part>();
    {
        std::lock_guard const lock(mutex_);
        ++under_way_;
    }
    errand.when_done([self = shared_from_this(), part, wakes] {
        part->done = true;
        self->arrived(wakes);
    });
    return part;
}

bool Arrivals::all_done() const {
    std::lock_guard const lock(mutex_);
    return under_way_ == 0;
}

void Arrivals::when_done(std::function<void()> done) {
    {
        std::lock_guard const lock(mutex_);
        if (under_way_ > 0 && !news_) {
            waiting_ = std::move(done);
            return;
        }
        news_ = false;
    }
    done();
}

void Arrivals::arrived(Wakes wakes) {
    std::function<void()> told;
    {
        std::lock_guard const lock(mutex_);
        --under_way_;
        news_ = news_ || wakes == Wakes::kAtOnce;
        if (!waiting_ || (under_way_ > 0 && !news_)) return;
        news_ = false;
        told.swap(waiting_);
    }
    told();
}

}  // namespace musubi::xca
