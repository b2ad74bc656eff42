# Cluster-wise stability by fpc::clusterboot: the rows and labels of every resample that it went through, the
# Jaccard similarities that it computed, and the sizes of its jitter and its noise.
#
#     Rscript stability.R DIRECTORY

suppressMessages({library(fpc); library(jsonlite)})
directory <- commandArgs(trailingOnly = TRUE)[1]

# As in the body of clusterboot, which does not give them away.
disturbances <- function(x) {
    axes <- eigen(cov(x), symmetric = TRUE)
    along <- x %*% solve(t(axes$vectors))
    steps <- apply(along, 2, function(values) {
        steps <- diff(sort(values))
        unname(quantile(steps[steps > 0], 0.05))
    })
    list(axes = t(axes$vectors), jitter = steps, noise = 4 * sqrt(axes$values))
}

write_case <- function(x, k, b, method, name) {
    resamples <- list()
    partition <- function(data) {
        found <- kmeansCBI(data, k, runs = 1)
        rows <- match(split(data, row(data)), split(x, row(x)))
        if (method == "jitter") rows <- seq_len(nrow(x))
        kept <- !is.na(rows)
        resamples[[length(resamples) + 1]] <<- list(rows = rows[kept] - 1, labels = found$partition[kept] - 1)
        found
    }
    found <- clusterboot(x, B = b, bootmethod = method, clustermethod = partition, count = FALSE)
    # The first call is that of the table itself.
    stopifnot(length(resamples) == b + 1)
    result <- function(part) found[[paste0(method, part)]]
    case <- list(versions = list(R = R.version.string, fpc = as.character(packageVersion("fpc"))), x = x,
                 labels = found$partition - 1, resamples = resamples[-1], jaccard = result("result"),
                 mean = result("mean"), dissolved = result("brd"), recovered = result("recover"),
                 disturbances = disturbances(x))
    write(toJSON(case, digits = NA, auto_unbox = TRUE), file.path(directory, paste0(name, ".json")))
}

set.seed(20240703)
blobs <- function(sizes, centres) {
    labels <- rep(seq_along(sizes), sizes)
    round(centres[labels, ] + matrix(rnorm(length(labels) * ncol(centres)), ncol = ncol(centres)), 4)
}
three <- blobs(c(30, 20, 40), rbind(c(0, 0, 0), c(7, 1, 0), c(2, 8, 1)))
stopifnot(!anyDuplicated(three))
for (method in c("boot", "subset", "noise", "jitter")) {
    write_case(three, 3, 12, method, method)
}
# More clusters than there are: some dissolve.
write_case(three, 6, 20, "boot", "boot-too-many")
