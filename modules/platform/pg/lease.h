#pragma once
// A connection on loan from the pool; goes back by itself. Internal to this room.

#include "platform/pg/connection.h"
#include "platform/pg/pool.h"

namespace musubi::pg {

class Lease {
public:
    Lease(std::shared_ptr<Pool::Core> core, std::unique_ptr<Connection> connection)
        : core_(std::move(core)), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }
    explicit operator bool() const { return connection_ != nullptr; }

private:
    std::shared_ptr<Pool::Core> core_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace musubi::pg
