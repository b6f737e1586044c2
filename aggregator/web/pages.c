#include "aggregator/web/pages.h"

#include "aggregator/web/layout.h"

const struct route pages_routes[] = {
    { "/", LANE_PAGE, campaigns_page },
    { "/campaigns/*", LANE_PAGE, campaign_page },
    { "/campaigns/*/partners", LANE_PAGE, partners_page },
    { "/campaigns/*/partners.csv", LANE_LIST, partners_csv },
    { "/campaigns/*/partners/*", LANE_PAGE, partner_page },
    { "/api/campaigns/*/readiness", LANE_PAGE, readiness_document },
    { "/api/campaigns/*/scan", LANE_PAGE, scan_document },
    { "/roots/*.pem", LANE_PAGE, root_pem },
    { "/roots/*.der", LANE_PAGE, root_der },
    { "/metrics", LANE_PAGE, metrics_document },
    { "/style.css", LANE_LOOP, layout_style },
    { 0 },
};
