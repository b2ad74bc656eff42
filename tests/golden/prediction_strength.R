# Prediction strengths by fpc::prediction.strength: the halves and labels that it went through, and the strength
# that it gave to each division.
#
#     Rscript prediction_strength.R DIRECTORY

suppressMessages({library(fpc); library(jsonlite)})
directory <- commandArgs(trailingOnly = TRUE)[1]

write_case <- function(x, first, last, m, name) {
    halves <- list()
    partition <- function(data, k, ...) {
        found <- kmeansCBI(data, k, runs = 3)
        rows <- match(split(data, row(data)), split(x, row(x))) - 1
        halves[[length(halves) + 1]] <<- list(rows = rows, labels = found$partition - 1)
        found
    }
    found <- prediction.strength(x, first, last, M = m, clustermethod = partition, centroidname = "centers")
    stopifnot(length(halves) == 2 * m * (last - first + 1))
    divisions <- lapply(seq_len(length(halves) / 2), function(i) {
        k <- first + (i - 1) %/% m
        list(k = k, halves = halves[c(2 * i - 1, 2 * i)], strength = found$predcorr[[k]][(i - 1) %% m + 1])
    })
    case <- list(versions = list(R = R.version.string, fpc = as.character(packageVersion("fpc"))), x = x,
                 divisions = divisions, mean = found$mean.pred[first:last], best_k = found$optimalk)
    write(toJSON(case, digits = NA, auto_unbox = TRUE), file.path(directory, paste0(name, ".json")))
}

set.seed(20240702)
blobs <- function(sizes, centres, spread) {
    labels <- rep(seq_along(sizes), sizes)
    round(centres[labels, ] + matrix(rnorm(length(labels) * ncol(centres), sd = spread), ncol = ncol(centres)), 3)
}
centres <- rbind(c(0, 0, 0), c(6, 1, 0), c(2, 8, 1))
write_case(blobs(c(25, 20, 30), centres, 1), 2, 6, 8, "three")
write_case(blobs(c(25, 20, 30), centres, 3), 2, 5, 8, "overlapping")
