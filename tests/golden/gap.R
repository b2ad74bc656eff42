# Gap statistics by cluster::clusGap with squared distances: every reference set and labeling that it went
# through, and what it made of them; values for many reference sets, to be met within simulation error; and
# the choices of cluster::maxSE for made-up gaps.
#
#     Rscript gap.R DIRECTORY

suppressMessages({library(cluster); library(jsonlite)})
directory <- commandArgs(trailingOnly = TRUE)[1]
RULES <- c("Tibs2001SEmax", "firstSEmax", "globalSEmax", "firstmax", "globalmax")

write_case <- function(case, name) {
    case$versions <- list(R = R.version.string, cluster = as.character(packageVersion("cluster")))
    write(toJSON(case, digits = NA, auto_unbox = TRUE), file.path(directory, paste0(name, ".json")))
}

choices <- function(gap, se, factor) {
    lapply(setNames(RULES, RULES), function(rule) maxSE(gap, se, method = rule, SE.factor = factor))
}

# Calls clusGap and keeps all that it hands to the clusterer. k = 1 is not handed out.
recorded <- function(x, k_max, b, space) {
    sets <- list()
    partition <- function(data, k) {
        found <- kmeans(data, k, nstart = 5)$cluster
        if (k == 2) sets[[length(sets) + 1]] <<- list(x = unname(data), labels = list())
        at <- length(sets)
        sets[[at]]$labels[[k - 1]] <<- found - 1
        list(cluster = found)
    }
    table <- clusGap(x, partition, K.max = k_max, B = b, d.power = 2, spaceH0 = space, verbose = FALSE)$Tab
    list(k_max = k_max, space = space, sets = sets, log_w = table[, "logW"], reference_log_w = table[, "E.logW"],
         gap = table[, "gap"], standard_error = table[, "SE.sim"],
         choices = choices(table[, "gap"], table[, "SE.sim"], 1))
}

simulated <- function(x, k_max, b, space) {
    partition <- function(data, k) list(cluster = kmeans(data, k, nstart = 20, iter.max = 50)$cluster)
    table <- clusGap(x, partition, K.max = k_max, B = b, d.power = 2, spaceH0 = space, verbose = FALSE)$Tab
    list(x = x, b = b, space = space, log_w = table[, "logW"], reference_log_w = table[, "E.logW"],
         standard_error = table[, "SE.sim"], choices = choices(table[, "gap"], table[, "SE.sim"], 1))
}

set.seed(20240701)
blobs <- function(sizes, centres) {
    labels <- rep(seq_along(sizes), sizes)
    round(centres[labels, ] + matrix(rnorm(length(labels) * ncol(centres)), ncol = ncol(centres)), 3)
}
three <- blobs(c(15, 10, 15), rbind(c(0, 0), c(6, 1), c(2, 8)))
slanted <- round(cbind(runif(40), runif(40) * 0.2) %*% rbind(c(3, 4), c(-4, 3)) + 100, 3)
write_case(recorded(three, 5, 6, "scaledPCA"), "three-along-axes")
write_case(recorded(three, 5, 6, "original"), "three-along-columns")
write_case(recorded(slanted, 4, 6, "scaledPCA"), "slanted-along-axes")
write_case(simulated(three, 5, 300, "scaledPCA"), "simulated-three-along-axes")
write_case(simulated(slanted, 4, 300, "original"), "simulated-slanted-along-columns")

made_up <- lapply(1:60, function(i) {
    k <- sample(1:8, 1)
    gap <- round(cumsum(rnorm(k, 0.1, 0.5)), 1)
    se <- round(runif(k, 0, 0.4), 1)
    factor <- sample(c(0, 0.5, 1, 2), 1)
    list(gap = I(gap), se = I(se), factor = factor, choices = choices(gap, se, factor))
})
write_case(list(cases = made_up), "rules")
