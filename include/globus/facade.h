/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLOBUS_FACADE_H
#define GLOBUS_FACADE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Globus Transfer for programs in C, and for those that cannot be compiled as C++20: globus/facade.hpp is the same for
 * C++17. Both are declarations over a library that is compiled once as C++20; in CMake it is globus::facade.
 *
 *     globus_sdk_options options = GLOBUS_SDK_OPTIONS_INIT;
 *     globus_sdk_error* error = NULL;
 *     options.access_token = token;
 *     globus_sdk_client* client = globus_sdk_client_new(&options, &error);
 *     if (client == NULL || globus_sdk_ls(client, collection, "/~/", print_name, NULL, &error) != 0)
 *         fprintf(stderr, "%s\n", globus_sdk_error_message(error));
 *     globus_sdk_error_free(error);
 *     globus_sdk_client_free(client);
 *
 * Errors. A function that can fail returns 0 or a code of errno.h, which says what a program does next:
 *
 *     EINVAL         the call cannot be right; nothing was sent
 *     ENOENT EEXIST ENOTDIR EACCES EDQUOT ENOSPC ...   as for files; EACCES also if the token, its scope or a consent does not suffice
 *     EAGAIN         the service asks to come back later
 *     ETIMEDOUT ECANCELED ECONNREFUSED ECONNRESET EHOSTUNREACH EPROTO EMSGSIZE   no complete answer came
 *     EBADMSG        the answer, or what arrived of a file, is not what it should be
 *     ESTALE         a file has changed while it was read
 *     ENOMEM EIO     everything else
 *
 * If `error` is not null, the details go there; globus_sdk_error_free frees them. What a callback returns other than 0
 * ends the function, which returns it, without an error object.
 *
 * Texts are UTF-8 and end with a zero byte. What a callback is given lives as long as the callback.
 *
 * Thread safety: a client may be used by any number of threads; callbacks are called on the thread of the call, without
 * a lock. Freeing a client ends the calls of other threads with ECANCELED and waits for them. An options, error or
 * transfer object belongs to one thread. Retries, renewals and deadlines are those of the C++ SDK.
 *
 * https://docs.globus.org/api/transfer/
 */

#if defined(__GNUC__)
#define GLOBUS_SDK_API __attribute__((visibility("default")))
#else
#define GLOBUS_SDK_API
#endif

/* The version of this interface. A structure of it may grow at its end, as its `size` tells; what else would change a
 * program that was compiled before gets a new number. */
#define GLOBUS_SDK_ABI 1

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the interface that the library was compiled with: GLOBUS_SDK_ABI of its headers. */
GLOBUS_SDK_API int globus_sdk_abi_version(void);

/* Errors ---------------------------------------------------------------------------------------------------------- */

typedef struct globus_sdk_error globus_sdk_error;

/* Each takes a null pointer for "no error". Texts are empty where there is nothing to say, and live as long as the
 * error. */
GLOBUS_SDK_API int globus_sdk_error_code(const globus_sdk_error* error);            /* of errno.h */
GLOBUS_SDK_API const char* globus_sdk_error_message(const globus_sdk_error* error); /* one line, without a secret */
GLOBUS_SDK_API int globus_sdk_error_http_status(const globus_sdk_error* error);     /* 0: no answer came */
GLOBUS_SDK_API const char* globus_sdk_error_word(const globus_sdk_error* error); /* the service's: "ConsentRequired" */
GLOBUS_SDK_API const char* globus_sdk_error_request_id(const globus_sdk_error* error);    /* for questions to Globus */
GLOBUS_SDK_API const char* globus_sdk_error_submission_id(const globus_sdk_error* error); /* of globus_sdk_submit */
GLOBUS_SDK_API const char* globus_sdk_error_required_scopes(const globus_sdk_error* error); /* separated by blanks */
/* 1 if the request may have been carried out all the same: look before doing it again. */
GLOBUS_SDK_API int globus_sdk_error_outcome_unknown(const globus_sdk_error* error);
GLOBUS_SDK_API void globus_sdk_error_free(globus_sdk_error* error);

/* Clients --------------------------------------------------------------------------------------------------------- */

typedef struct globus_sdk_client globus_sdk_client;

/* Gives an access token: at the first call, and after one that was refused. It writes it, with a zero byte, into
 * `token`, which has `size` bytes. @return 0, or the code with which the call ends */
typedef int (*globus_sdk_token_source)(void* user, char* token, size_t size);

/* Is told of each new token, to store it. `expires_at`: seconds since 1970; 0: it does not expire. */
typedef void (*globus_sdk_on_refresh)(void* user, const char* access_token, const char* refresh_token,
                                      int64_t expires_at);

/* One attempt of a call. No member has a secret. */
typedef struct globus_sdk_log_event {
    size_t size;            /* sizeof(globus_sdk_log_event) of the library */
    const char* service;    /* "transfer"; "auth" for a token request */
    const char* operation;  /* "OperationLs" */
    const char* method;     /* "GET" */
    const char* url;        /* without its query */
    const char* request_id; /* empty: there is none */
    const char* error;      /* why no answer came; empty: one came */
    int attempt;            /* the first is 1 */
    int status;             /* 0: no answer came */
    double seconds;         /* that it took */
} globus_sdk_log_event;
typedef void (*globus_sdk_log)(void* user, const globus_sdk_log_event* event);

/* What a client is made of; what is zero is the default. One of four ways to be authorised has to be set:
 *
 *     access_token                                        until it expires
 *     client_id, client_secret or not, refresh_token      a token that renews itself, for a user
 *     client_id, client_secret, scopes                    a token that renews itself, for an app that acts for itself
 *     token_source or token_file                          what something else renews
 */
typedef struct globus_sdk_options {
    size_t size; /* sizeof(globus_sdk_options); GLOBUS_SDK_OPTIONS_INIT sets it */
    const char* access_token;
    const char* client_id;
    const char* client_secret;
    const char* refresh_token;
    const char* scopes; /* separated by blanks, of one resource server */
    const char* token_file;
    globus_sdk_token_source token_source;
    void* token_source_user;
    globus_sdk_on_refresh on_refresh;
    void* on_refresh_user;
    globus_sdk_log log;
    void* log_user;
    const char* app_name; /* for the User-Agent */
    const char* base_url; /* of Globus Transfer, for tests; else that of the environment */
    const char* auth_url; /* of Globus Auth, likewise */
    const char* ca_file;  /* authorities to trust instead of the system's */
    const char* proxy;    /* "": none; null: that of the environment */
    double timeout;       /* seconds of a call with all its attempts; 0: 120 */
} globus_sdk_options;
#define GLOBUS_SDK_OPTIONS_INIT \
    { sizeof(globus_sdk_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* Makes a client of Globus Transfer, which is freed by globus_sdk_client_free. @return null for options that cannot be
 * right */
GLOBUS_SDK_API globus_sdk_client* globus_sdk_client_new(const globus_sdk_options* options, globus_sdk_error** error);
GLOBUS_SDK_API void globus_sdk_client_free(globus_sdk_client* client);

/* Files ----------------------------------------------------------------------------------------------------------- */

/* An entry of a directory. */
typedef struct globus_sdk_file {
    size_t size;       /* sizeof(globus_sdk_file) of the library */
    const char* name;  /* without the directory */
    const char* type;  /* "file", "dir", "invalid_symlink", "chr", "blk", "pipe", "other" */
    const char* user;  /* its owner; empty if the collection does not say */
    const char* group; /* likewise */
    const char* link;  /* the target of a symbolic link; empty: it is none */
    int64_t bytes;     /* -1: not known */
    int64_t modified;  /* seconds since 1970; -1: not known */
    int mode;          /* its permissions, as in 0644; -1: not known */
} globus_sdk_file;
typedef int (*globus_sdk_visit)(void* user, const globus_sdk_file* file);

/* Visits the entries of a directory. */
GLOBUS_SDK_API int globus_sdk_ls(const globus_sdk_client* client, const char* collection_id, const char* path,
                                 globus_sdk_visit visit, void* user, globus_sdk_error** error);
/* Visits one file or directory. */
GLOBUS_SDK_API int globus_sdk_stat(const globus_sdk_client* client, const char* collection_id, const char* path,
                                   globus_sdk_visit visit, void* user, globus_sdk_error** error);
/* Makes a directory; the one above it has to exist. */
GLOBUS_SDK_API int globus_sdk_mkdir(const globus_sdk_client* client, const char* collection_id, const char* path,
                                    globus_sdk_error** error);
/* Renames or moves a file or directory within a collection. */
GLOBUS_SDK_API int globus_sdk_rename(const globus_sdk_client* client, const char* collection_id, const char* from,
                                     const char* to, globus_sdk_error** error);

/* Files of a collection by HTTPS ---------------------------------------------------------------------------------- */

/* The files of one collection, which this program reads and writes itself; a transfer between two collections is for
 * globus_sdk_submit. */
typedef struct globus_sdk_files globus_sdk_files;

/* Tells where a collection is reached by HTTPS: an address for globus_sdk_files_new. */
GLOBUS_SDK_API int globus_sdk_https_server(const globus_sdk_client* client, const char* collection_id, char* address,
                                           size_t size, globus_sdk_error** error);

/* Makes a client of a collection's files. The token has to be for the collection, with the scope
 * "https://auth.globus.org/scopes/COLLECTION/https"; base_url of the options is not used. @return null for options that
 * cannot be right */
GLOBUS_SDK_API globus_sdk_files* globus_sdk_files_new(const globus_sdk_options* options, const char* collection_id,
                                                      const char* https_server, globus_sdk_error** error);
GLOBUS_SDK_API void globus_sdk_files_free(globus_sdk_files* files);

/* How far a file is. Is told at most ten times a second; what it returns other than 0 ends the call. `total`: -1 if it
 * is not known. */
typedef int (*globus_sdk_on_bytes)(void* user, int64_t bytes, int64_t total);

/* Downloads a file of the collection to one of this machine, which is replaced as a whole when all is there. A download
 * that was cut off goes on where it was. */
GLOBUS_SDK_API int globus_sdk_download(const globus_sdk_files* files, const char* path, const char* local_path,
                                       globus_sdk_on_bytes on_bytes, void* user, globus_sdk_error** error);
/* Uploads a file of this machine. `overwrite`: 0 for EEXIST if there is such a file already. */
GLOBUS_SDK_API int globus_sdk_upload(const globus_sdk_files* files, const char* local_path, const char* path,
                                     int overwrite, globus_sdk_on_bytes on_bytes, void* user, globus_sdk_error** error);

/* A file that is open for reading at any place, by any number of threads. ESTALE: it has changed since. */
typedef struct globus_sdk_open_file globus_sdk_open_file;
GLOBUS_SDK_API globus_sdk_open_file* globus_sdk_open(const globus_sdk_files* files, const char* path,
                                                     globus_sdk_error** error);
/* Its size in bytes; -1 if the server does not say. */
GLOBUS_SDK_API int64_t globus_sdk_size(const globus_sdk_open_file* file);
/* Reads up to `size` bytes at a place of the file, as pread(2) does. `got` gets how many: fewer only at its end. */
GLOBUS_SDK_API int globus_sdk_read_at(const globus_sdk_open_file* file, uint64_t offset, void* buffer, size_t size,
                                      size_t* got, globus_sdk_error** error);
GLOBUS_SDK_API void globus_sdk_close(globus_sdk_open_file* file);

/* Tasks ----------------------------------------------------------------------------------------------------------- */

/* One file or directory of a transfer. */
typedef struct globus_sdk_item {
    const char* source;
    const char* destination;
    int recursive; /* 1: it is a directory */
} globus_sdk_item;

/* A transfer; what is zero is the default. */
typedef struct globus_sdk_transfer {
    size_t size; /* sizeof(globus_sdk_transfer); GLOBUS_SDK_TRANSFER_INIT sets it */
    const char* source_collection;
    const char* destination_collection;
    const globus_sdk_item* items;
    size_t count;
    const char* label;         /* for people */
    const char* submission_id; /* that of an error, to submit the same transfer again without making a second task */
    int sync_level;         /* 1: what exists; 2: by size; 3: by time; 4: by checksum is not copied again; 0: all is */
    int verify_checksum;    /* 1: checksums are compared after each file */
    int preserve_timestamp; /* 1: files get the source's modification times */
    int encrypt_data;       /* 1: the data is sent over TLS */
} globus_sdk_transfer;
#define GLOBUS_SDK_TRANSFER_INIT \
    { sizeof(globus_sdk_transfer), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* The size of a task's id, with its zero byte. */
#define GLOBUS_SDK_ID_SIZE 64

/* Submits a transfer, once: attempts that are repeated make no second task. `task_id` gets the id of its task. */
GLOBUS_SDK_API int globus_sdk_submit(const globus_sdk_client* client, const globus_sdk_transfer* transfer,
                                     char task_id[GLOBUS_SDK_ID_SIZE], globus_sdk_error** error);

/* How a wait for a task ended. */
typedef enum globus_sdk_ending {
    GLOBUS_SDK_SUCCEEDED = 0, /* the task did what it should */
    GLOBUS_SDK_FAILED = 1,    /* it ended without success */
    GLOBUS_SDK_CANCELLED = 2, /* somebody cancelled it */
    GLOBUS_SDK_INACTIVE = 3,  /* it waits for its owner's credentials */
    GLOBUS_SDK_FAULTING = 4,  /* it goes on with faults that cannot heal */
    GLOBUS_SDK_PAUSED = 5,    /* time ran out, and a pause rule holds it */
    GLOBUS_SDK_TIMED_OUT = 6  /* time ran out, and it goes on */
} globus_sdk_ending;

/* How far a task is. */
typedef struct globus_sdk_progress {
    size_t size;         /* sizeof(globus_sdk_progress) of the library */
    int64_t bytes;       /* transferred so far */
    int64_t files;       /* transferred so far */
    int64_t files_total; /* found so far */
    int64_t faults;      /* errors so far, including those that passed */
    const char* status;  /* why it does not advance, "PERMISSION_DENIED"; "OK" or empty if it does */
} globus_sdk_progress;
/* Is told after each look at a task; what it returns other than 0 ends the wait, and the task goes on. */
typedef int (*globus_sdk_on_progress)(void* user, const globus_sdk_progress* progress);

/* Waits for the end of a task, at most `seconds`. `ending` gets how that ended; 0 is returned however it did. */
GLOBUS_SDK_API int globus_sdk_wait(const globus_sdk_client* client, const char* task_id, double seconds,
                                   globus_sdk_on_progress on_progress, void* user, globus_sdk_ending* ending,
                                   globus_sdk_error** error);
/* Cancels a task. */
GLOBUS_SDK_API int globus_sdk_cancel(const globus_sdk_client* client, const char* task_id, globus_sdk_error** error);

#ifdef __cplusplus
}
#endif

#endif /* GLOBUS_FACADE_H */
