// A mock answers an operation with that operation's document.
// expect: use of deleted function|call to deleted member function
// expect: this is not what the operation answers: pass its `result`
#include <globus/http/mock_transport.hpp>
#include <globus/services/transfer.hpp>

void script(globus::MockTransport& mock) {
#ifdef GLOBUS_REJECT
    mock.answer<globus::OperationLs>(globus::Task{});
#else
    mock.answer<globus::OperationLs>(globus::FileList{});
#endif
}
