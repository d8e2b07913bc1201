// Building blocks of anomaly.
#pragma once

#include "footprint/block.hpp"
#include "pdm/anomaly/adwin.hpp"
#include "pdm/anomaly/adwin_exact.hpp"
#include "pdm/anomaly/autoencoder_ensemble.hpp"
#include "pdm/anomaly/chart_bank.hpp"
#include "pdm/anomaly/co_moments.hpp"
#include "pdm/anomaly/column_standards.hpp"
#include "pdm/anomaly/conformal.hpp"
#include "pdm/anomaly/cusum.hpp"
#include "pdm/anomaly/drift_budget.hpp"
#include "pdm/anomaly/drifting_peaks.hpp"
#include "pdm/anomaly/ewma_chart.hpp"
#include "pdm/anomaly/guarded.hpp"
#include "pdm/anomaly/half_space_trees.hpp"
#include "pdm/anomaly/hotelling.hpp"
#include "pdm/anomaly/isolation_forest.hpp"
#include "pdm/anomaly/kswin.hpp"
#include "pdm/anomaly/lagged_residual.hpp"
#include "pdm/anomaly/level_cusum.hpp"
#include "pdm/anomaly/mahalanobis.hpp"
#include "pdm/anomaly/mean_shift.hpp"
#include "pdm/anomaly/mewma.hpp"
#include "pdm/anomaly/oja_subspace.hpp"
#include "pdm/anomaly/online_change_points.hpp"
#include "pdm/anomaly/p2_quantile.hpp"
#include "pdm/anomaly/page_hinkley.hpp"
#include "pdm/anomaly/pca_monitor.hpp"
#include "pdm/anomaly/peaks_over_threshold.hpp"
#include "pdm/anomaly/quantile_sketch.hpp"
#include "pdm/anomaly/regime_bank.hpp"
#include "pdm/anomaly/regime_clusters.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/anomaly/robust_random_cut_forest.hpp"
#include "pdm/anomaly/seasonal_baseline.hpp"
#include "pdm/anomaly/shewhart.hpp"
#include "pdm/anomaly/shrunk_correlation.hpp"
#include "pdm/anomaly/smoothing.hpp"
#include "pdm/anomaly/spectral_mask.hpp"
#include "pdm/anomaly/stream_discord.hpp"

namespace footprint {

namespace anomaly = pdm::anomaly;

inline constexpr auto run_chart = [](auto& chart, feed& f) noexcept { seen(chart.update(f.number)); };

inline constexpr std::tuple anomaly_blocks{
    block{"anomaly/robust_mahalanobis.hpp robust_mahalanobis", "12 columns, warm-up of 60 rows",
          [] { return anomaly::robust_mahalanobis(); }, run_detector, std::tuple{columns}},
    block{"anomaly/robust_mahalanobis.hpp robust_mahalanobis, in steps", "12 columns, warm-up of 60 rows",
          [] { return anomaly::robust_mahalanobis({.settle_in_steps = true}); },
          [](auto& b, feed& f) noexcept { run_detector(b, f), seen(b.settle_some(100)); }, std::tuple{columns}},
    block{"anomaly/mahalanobis.hpp mahalanobis", "12 columns, warm-up of 256 rows",
          [] { return anomaly::mahalanobis(); }, run_detector, std::tuple{columns}},
    block{"anomaly/half_space_trees.hpp half_space_trees", "12 columns, 25 trees of depth 10",
          [] { return anomaly::half_space_trees({.trees = 25, .depth = 10}); }, run_detector, std::tuple{columns}},
    block{"anomaly/isolation_forest.hpp isolation_forest", "12 columns, 50 trees of 128 rows",
          [] { return anomaly::isolation_forest({.trees = 50, .sample = 128, .warm_up = 256}); }, run_detector,
          std::tuple{columns}},
    block{"anomaly/robust_random_cut_forest.hpp robust_random_cut_forest", "12 columns, 20 trees of 128 rows",
          [] { return anomaly::robust_random_cut_forest({.trees = 20, .window = 128}); }, run_detector,
          std::tuple{columns}},
    block{"anomaly/oja_subspace.hpp oja_subspace", "12 columns, 4 directions", [] { return anomaly::oja_subspace(); },
          run_detector, std::tuple{columns}},
    block{"anomaly/pca_monitor.hpp pca_monitor", "12 columns, warm-up of 500 rows",
          [] { return anomaly::pca_monitor(); }, run_detector, std::tuple{columns}},
    block{"anomaly/mewma.hpp mewma", "12 columns", [] { return anomaly::mewma(); }, run_detector, std::tuple{columns}},
    block{"anomaly/chart_bank.hpp chart_bank<cusum>", "12 columns",
          [] { return anomaly::chart_bank<anomaly::cusum>(); }, run_detector, std::tuple{columns}},
    block{"anomaly/autoencoder_ensemble.hpp autoencoder_ensemble", "12 columns",
          [] { return anomaly::autoencoder_ensemble(); }, run_detector, std::tuple{columns}},
    block{"anomaly/seasonal_baseline.hpp seasonal_baseline", "24 bins of a day",
          [] { return anomaly::seasonal_baseline(); },
          [](auto& b, feed& f) noexcept { b.learn_one(f.number, f.number), seen(b.deviation(f.number, 1)); }},
    block{"anomaly/stream_discord.hpp stream_discord", "pieces of 32 in a history of 1024",
          [] { return anomaly::stream_discord(); },
          [](auto& b, feed& f) noexcept { seen(b.update(f.number)), seen(b.score()); }},
    block{"anomaly/guarded.hpp guarded<robust_mahalanobis>", "12 columns",
          [] { return anomaly::guarded<anomaly::robust_mahalanobis>(); }, run_detector, std::tuple{columns}},
    block{"anomaly/regime_bank.hpp regime_bank<robust_mahalanobis, 4>", "12 columns",
          [] { return anomaly::regime_bank<anomaly::robust_mahalanobis, 4>(anomaly::robust_mahalanobis()); },
          run_detector, std::tuple{columns}},
    block{"anomaly/drift_budget.hpp drift_budget", "12 columns, 500 rows", [] { return anomaly::drift_budget(); },
          [](auto& b, feed& f) noexcept { seen(b.admits(f.row)); }, std::tuple{columns}},
    block{"anomaly/column_standards.hpp column_standards", "12 columns, warm-up of 256 rows",
          [] { return anomaly::column_standards(); },
          [](auto& b, feed& f) noexcept { seen(b.hold(f.row, b.learnable(f.row, 1))), seen(b.z(0, f.number)); },
          std::tuple{columns}},
    block{"anomaly/shrunk_correlation.hpp shrunk_correlation", "12 columns",
          [] { return anomaly::shrunk_correlation(); },
          [](auto& b, feed& f) noexcept {
            b.add_bounded(f.d.first(columns), 0xFFF, 0.1);
            seen(b.solve(f.d.first(columns), 0xFFF, 0.1));
          },
          std::tuple{columns}},
    block{"anomaly/co_moments.hpp co_moments", "12 columns", [] { return anomaly::co_moments(); },
          [](auto& b, feed& f) noexcept {
            b.add(f.d.first(columns), [](std::size_t) noexcept { return true; });
            seen(b.covariance(0, 1));
          },
          std::tuple{columns}},
    block{"anomaly/hotelling.hpp hotelling", "12 columns", [] { return anomaly::hotelling(); },
          [](auto& b, feed& f) noexcept {
            b.add(f.d.first(columns)), seen(b.fit()), seen(b.t2(f.d.first(columns))), seen(b.limits(0.01));
          },
          std::tuple{columns}},
    block{"anomaly/smoothing.hpp row_smoother", "12 columns", [] { return anomaly::row_smoother(); },
          [](auto& b, feed& f) noexcept { seen(b.update(f.row)); }, std::tuple{columns}},
    block{"anomaly/lagged_residual.hpp lagged_residual", "12 columns, 10 lags",
          [] { return anomaly::lagged_residual(); },
          [](auto& b, feed& f) noexcept { seen(b.fit(f.d.first(100 * columns))), b.update(f.d.first(columns)); },
          std::tuple{columns}},
    block{"anomaly/level_cusum.hpp level_cusum", "12 columns", [] { return anomaly::level_cusum(); },
          [](auto& b, feed& f) noexcept {
            b.fit(f.d.first(100 * columns)), b.update(f.d.first(columns), 0, true), seen(b.top());
          },
          std::tuple{columns}},
    block{"anomaly/mean_shift.hpp mean_shift", "12 columns", [] { return anomaly::mean_shift(); },
          [](auto& b, feed& f) noexcept { b.fit(f.d.first(100 * columns), f.e), seen(b.update(f.d.first(columns))); },
          std::tuple{columns}},
    block{"anomaly/regime_clusters.hpp regime_clusters", "12 columns", [] { return anomaly::regime_clusters(); },
          [](auto& b, feed& f) noexcept { b.fit(f.d.first(100 * columns), f.e), seen(b.assign(f.d.first(columns))); },
          std::tuple{columns}},
    block{"anomaly/spectral_mask.hpp spectral_mask", "2048 lines, 30 spectra", [] { return anomaly::spectral_mask(); },
          [](auto& b, feed& f) noexcept {
            seen(b.learn_one(f.x.first(2048))), seen(b.settle()), seen(b.score_one(f.x.first(2048)));
          },
          std::tuple{std::size_t{2048}}},
    block{"anomaly/conformal.hpp conformal_calibration", "500 scores", [] { return anomaly::conformal_calibration(); },
          [](auto& b, feed& f) noexcept { b.learn_one(f.number), seen(b.p_value(f.number)), seen(b.threshold(0.01)); }},
    block{"anomaly/peaks_over_threshold.hpp peaks_over_threshold", "1000 scores and peaks",
          [] { return anomaly::peaks_over_threshold(); },
          [](auto& b, feed& f) noexcept { seen(b.calibrate(f.d)), seen(b.learn_one(f.number)); }},
    block{"anomaly/drifting_peaks.hpp drifting_peaks", "depth 100; 1000 scores and peaks",
          [] { return anomaly::drifting_peaks(); },
          [](auto& b, feed& f) noexcept { seen(b.calibrate(f.d)), seen(b.learn_one(f.number)); }},
    block{"anomaly/quantile_sketch.hpp quantile_sketch", "512 values a level, 14 levels",
          [] { return anomaly::quantile_sketch(); },
          [](auto& b, feed& f) noexcept { b.learn_one(f.number), seen(b.quantile(0.5)); }},
    block{"anomaly/online_change_points.hpp online_change_points", "runs of up to 300",
          [] { return anomaly::online_change_points(); }, [](auto& b, feed& f) noexcept { b.update(f.number); }},
    block{"anomaly/kswin.hpp kswin", "window of 300", [] { return anomaly::kswin(); }, run_chart},
    block{"anomaly/adwin_exact.hpp adwin_exact", "1000 values", [] { return anomaly::adwin_exact(); }, run_chart},
    block{"anomaly/adwin.hpp adwin", "", [] { return anomaly::adwin(); }, run_chart},
    block{"anomaly/shewhart.hpp shewhart", "", [] { return anomaly::shewhart(); }, run_chart},
    block{"anomaly/cusum.hpp cusum", "", [] { return anomaly::cusum(); }, run_chart},
    block{"anomaly/ewma_chart.hpp ewma_chart", "", [] { return anomaly::ewma_chart(); }, run_chart},
    block{"anomaly/page_hinkley.hpp page_hinkley", "", [] { return anomaly::page_hinkley(); }, run_chart},
    block{"anomaly/p2_quantile.hpp p2_quantile", "", [] { return anomaly::p2_quantile(); },
          [](auto& b, feed& f) noexcept { b.learn_one(f.number), seen(b.value()); }}};

}  // namespace footprint
